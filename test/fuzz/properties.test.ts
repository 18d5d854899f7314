import { expect } from 'chai';
import * as fc from 'fast-check';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { decode, encode } from '../../lib/protocol/frames.js';
import { dataOf, RequestBody } from '../../lib/transports/http/io/request-body.js';
import { ReceiveBuffer } from '../../lib/util/receive-buffer.js';
import { HixieParser, keyNumber } from '../../lib/websocket/hixie-protocol.js';
import { readMessage } from '../../lib/protocol/message.js';
import { Origins } from '../../lib/access/origins.js';
import { parseRoute } from '../../lib/protocol/url.js';
import { XhrMultipartDriver } from '../support/drivers/index.js';
import { serve } from '../support/server.js';

/** Text of whole characters, which is all that UTF-8 carries. */
const text = fc.string({ unit: 'binary' }).map((value) => Buffer.from(value).toString());

/** `bytes` in pieces, cut at `cuts`. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const offsets = [...cuts.map((cut) => cut % (bytes.length + 1)), 0, bytes.length];
  const sorted = offsets.toSorted((a, b) => a - b);
  return sorted.slice(1).map((end, i) => bytes.subarray(sorted[i], end));
}

/** What a parser of the drafts finds in `chunks`. */
function parse(chunks: readonly Buffer[], limit = 0): string[] {
  const found: string[] = [];
  const parser = new HixieParser(
    {
      onText: (payload) => found.push(payload),
      onClosing: () => found.push('<closing>'),
      onError: (kind) => found.push(`<${kind}>`),
    },
    limit,
  );
  for (const chunk of chunks) parser.feed(chunk);
  return found;
}

const upTo =
  (limit: number) =>
  (size: number, bytes: number): boolean =>
    limit === 0 || size + bytes <= limit;

/** The body that a `RequestBody` receives from `chunks`. */
function gather(chunks: readonly Buffer[], limit: number): Promise<string | null> {
  const request = Object.assign(new PassThrough(), { headers: {} });
  return new Promise((resolve) => {
    new RequestBody(request as unknown as IncomingMessage, upTo(limit), (body) =>
      resolve(body && body.toString()),
    ).receive();
    for (const chunk of chunks) if (chunk.length > 0) request.write(chunk);
    request.end();
  });
}

describe('properties', () => {
  const cuts = fc.array(fc.nat(), { maxLength: 20 });

  it('frames of the drafts mean the same however they are cut', () => {
    fc.assert(
      fc.property(fc.array(text), cuts, (texts, at) => {
        const frames = texts.map((t) =>
          Buffer.concat([Buffer.of(0), Buffer.from(t), Buffer.of(0xff)]),
        );
        const filled = texts.filter((t) => t !== '');
        expect(parse(pieces(Buffer.concat(frames), at))).to.deep.equal(filled);
      }),
    );
  });

  it('bytes of any kind mean the same to the drafts however they are cut, and never throw', () => {
    const byte = fc.oneof(fc.constantFrom(0, 0xff, 0x80, 0x7e, 0xc3), fc.nat(255));
    const bytes = fc.array(byte, { maxLength: 200 }).map((list) => Buffer.from(list));
    fc.assert(
      fc.property(bytes, cuts, fc.nat(50), (given, at, limit) => {
        const whole = parse([given], limit);
        expect(parse(pieces(given, at), limit).filter((t) => t !== '<too large>')).to.deep.equal(
          whole.filter((t) => t !== '<too large>'),
        );
        const ends = whole.filter((t) => /^<[a-z ]{3,}>$/.test(t));
        expect(ends.length).to.be.at.most(1);
      }),
      { numRuns: 500 },
    );
  });

  it('a frame of a draft is as large as the limit at most, however it is cut', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.nat(200), cuts, (limit, size, at) => {
        const frame = Buffer.concat([Buffer.of(0), Buffer.alloc(size, 'x'), Buffer.of(0xff)]);
        const expected = size > limit ? ['<too large>'] : size === 0 ? [] : ['x'.repeat(size)];
        expect(parse(pieces(frame, at), limit)).to.deep.equal(expected);
      }),
    );
  });

  it('keys of draft 76 are numbers of 32 bits, or none', () => {
    const key = fc.string({ unit: fc.constantFrom(...'0123456789 abXé!\0'.split('')) });
    fc.assert(
      fc.property(fc.oneof(key, fc.string()), (given) => {
        const number = keyNumber(given);
        if (number === null) return;
        expect(Number.isInteger(number)).to.equal(true);
        expect(number).to.be.within(0, 2 ** 32 - 1);
      }),
    );
  });

  it('what encode writes, decode reads, and any text is decoded without an exception', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), fc.string(), (texts, garbage) => {
        const plain = texts.filter((t) => !/^~[hj]~/.test(t));
        expect(decode(encode(plain))).to.deep.equal(plain);
        expect(decode(encode(plain) + garbage).slice(0, plain.length)).to.deep.equal(plain);
      }),
    );
    const marks = fc.array(
      fc.constantFrom('~m~', '~', 'm', '1', '0', '99', '~j~', '~h~', '-', 'é', '\ud800'),
    );
    fc.assert(
      fc.property(
        marks.map((list) => list.join('')),
        fc.nat(5),
        (payload, limit) => {
          const texts = decode(payload, limit);
          expect(texts.length).to.be.at.most(limit);
          for (const t of texts) readMessage(t);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('JSON of any shape is what JSON.parse makes of it, or an empty object', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json({ maxDepth: 20 }), fc.string()), (json) => {
        let expected: unknown = {};
        try {
          expected = JSON.parse(json);
        } catch {
          // an empty object, then
        }
        expect(JSON.stringify(readMessage('~j~' + json))).to.equal(JSON.stringify(expected));
      }),
    );
  });

  it('bodies mean the same however they are cut, up to the limit to the byte', async () => {
    await fc.assert(
      fc.asyncProperty(text, cuts, fc.nat(60), async (value, at, limit) => {
        const body = Buffer.from(value);
        const expected = limit > 0 && body.length > limit ? null : value;
        expect(await gather(pieces(body, at), limit)).to.equal(expected);
      }),
    );
  });

  it('a form returns its field `data`, for any other content', () => {
    const other = fc
      .string({ unit: fc.constantFrom(...'abc=%+&[]'.split('')) })
      .filter((t) => !/(^|&)data=/.test(t));
    fc.assert(
      fc.property(text, fc.array(other), fc.nat(), (value, fields, at) => {
        const list: string[] = [...fields];
        list.splice(at % (list.length + 1), 0, 'data=' + encodeURIComponent(value));
        expect(dataOf(Buffer.from(list.join('&')))).to.equal(value);
        expect(dataOf(Buffer.from([...list, 'data='].join('&')))).to.equal(undefined);
      }),
    );
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        (body) => void dataOf(Buffer.from('data=' + body)),
      ),
    );
  });

  it('pieces of any size are gathered in order', () => {
    const sizes = fc.array(fc.oneof(fc.nat(3), fc.nat(3000)));
    fc.assert(
      fc.property(sizes, (list) => {
        const parts = list.map((size, i) => Buffer.alloc(size, i));
        const gatherer = new ReceiveBuffer();
        for (const part of parts) gatherer.add(part);
        expect(gatherer.take().equals(Buffer.concat(parts))).to.equal(true);
        expect(gatherer.size).to.equal(0);
      }),
    );
  });

  it('a route contains only parts of its path', () => {
    const path = fc.string({ unit: fc.constantFrom(...'ab/?#%~.é'.split('')) });
    fc.assert(
      fc.property(path, fc.string(), (before, query) => {
        const [given = ''] = before.split('?');
        const route = parseRoute(`/x/${given}?${query}`, 3);
        expect(route.path).to.equal(given);
        const rebuilt = [route.transport, route.sessionId, route.rest].join('/');
        expect(rebuilt.startsWith(given) && /^\/*$/.test(rebuilt.slice(given.length))).to.equal(
          true,
        );
        expect(route.transport + route.sessionId).not.to.include('/');
      }),
    );
  });

  it('an origin is allowed only with the host of an entry', () => {
    const origins = new Origins('example.com:*');
    const part = fc.constantFrom(
      'example.com',
      'evil.com',
      '.',
      '@',
      ':',
      '/',
      '#',
      '\\',
      'http://',
      '%2e',
      ' ',
      ':80',
      'null',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (list) => {
        const origin = list.join('');
        if (!origins.allows(origin)) return;
        expect(new URL(origin).hostname).to.equal('example.com');
        expect(new URL(origin).username).to.equal('');
      }),
      { numRuns: 2000 },
    );
  });

  it('parts of xhr-multipart hold what was sent, boundaries and line ends among it', async () => {
    const served = await serve();
    const driver = await new XhrMultipartDriver(served.port).open();
    const client = await served.client(driver.sessionId);
    const piece = fc.constantFrom(
      '\n--socketio',
      '\r',
      '\n',
      '--socketio\n',
      '~m~',
      'Content-Type: a\n\n',
      'é',
      'x',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1 }), async (list) => {
        client.send(list.join(''));
        expect(await driver.next()).to.equal(list.join(''));
      }),
      { numRuns: 200 },
    );
  });
});
