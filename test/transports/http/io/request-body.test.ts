import { expect } from 'chai';
import * as fc from 'fast-check';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import {
  dataOf,
  RequestBody,
  withoutCutCharacter,
} from '../../../../lib/transports/http/io/request-body.js';
import { flushEventLoop } from '../../../support/wait.js';

describe('dataOf', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['data=~m~2~m~hi', '~m~2~m~hi'],
    ['data=%7Em%7E2%7Em%7Ehi', '~m~2~m~hi'],
    ['data=a+b%20c%2Bd', 'a b c+d'],
    ['data=%C3%BC%F0%9F%98%80', 'ü😀'],
    ['data=ü😀', 'ü😀'],
    ['data=%2525', '%25'],
    ['data=a=b', 'a=b'],
    ['data=a%26b', 'a&b'],
    ['data=a&other=b', 'a'],
    ['other=b&data=a', 'a'],
    ['&&data=a&&', 'a'],
    ['data=', ''],
    ['data=100%', '100%'],
    ['data=%zz%', '%zz%'],
    ['data=a&data=b', undefined],
    ['data=a&data=a', undefined],
    ['data', undefined],
    ['Data=a', undefined],
    ['other=data=a', undefined],
    ['xdata=a&y=b', undefined],
    ['', undefined],
  ];
  for (const [body, data] of cases) {
    it(`finds ${JSON.stringify(data)} in ${JSON.stringify(body)}`, () => {
      expect(dataOf(Buffer.from(body))).to.equal(data);
    });
  }

  it('returns the field of any valid form', () => {
    const text = fc.string({ unit: 'binary' }).map((any) => Buffer.from(any).toString());
    fc.assert(
      fc.property(text, (data) => {
        expect(dataOf(Buffer.from('data=' + encodeURIComponent(data)))).to.equal(data);
        expect(dataOf(Buffer.from(String(new URLSearchParams({ other: data, data }))))).to.equal(
          data,
        );
      }),
    );
  });

  it('returns the same for a long form, which it decodes in place', () => {
    const long = 20_000;
    for (const [body, data] of cases) {
      const padded = Buffer.from(`${body}&pad=${'x'.repeat(long)}`);
      expect(dataOf(padded), body).to.equal(data);
    }
  });

  it('decodes a character whose bytes are partly escaped', () => {
    const body = Buffer.concat([Buffer.from('data='), Buffer.of(0xe2), Buffer.from('%82%AC')]);
    expect(dataOf(body)).to.equal('€');
  });

  it('throws for no input', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('data=', '&', '%', '+', '%e'),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        dataOf(Buffer.from(pieces.join('')));
      }),
    );
  });
});

interface Reading {
  readonly body: PassThrough;
  readonly got: (string | null)[];
}

function read(limit: number): Reading {
  const body = new PassThrough();
  const got: (string | null)[] = [];
  const mayGrow = (size: number, bytes: number): boolean => limit === 0 || size + bytes <= limit;
  new RequestBody(body as unknown as IncomingMessage, mayGrow, (bytes) =>
    got.push(bytes && bytes.toString()),
  ).receive();
  return { body, got };
}

describe('withoutCutCharacter', () => {
  it('returns only whole characters of a body that is cut anywhere', () => {
    for (const text of ['a b%é€😀', 'é€😀 ', '€€', '%%', '😀']) {
      for (const body of [encodeURIComponent(text), text]) {
        const bytes = Buffer.from(body);
        for (let length = 0; length <= bytes.length; length++) {
          const cut = withoutCutCharacter(Buffer.from(bytes.subarray(0, length)));
          const decoded = dataOf(Buffer.concat([Buffer.from('data='), cut])) ?? '';
          const isRaw = body === text && text.includes('%');
          if (!isRaw) expect(text.startsWith(decoded), `${body} cut at ${length}`).to.equal(true);
          if (length === bytes.length && !isRaw) expect(decoded).to.equal(text);
        }
      }
    }
  });

  it('leaves what is not UTF-8 as it is', () => {
    for (const body of [[0x80], [0x80, 0x80, 0x80, 0x80, 0x80], [0x61, 0xff, 0x61], []]) {
      expect(withoutCutCharacter(Buffer.from(body))).to.deep.equal(Buffer.from(body));
    }
  });
});

describe('RequestBody', () => {
  it('joins packets before it decodes them', async () => {
    const { body, got } = read(0);
    for (const byte of Buffer.from('grüße 😀')) body.write(Buffer.of(byte));
    body.end();
    await flushEventLoop();
    expect(got).to.deep.equal(['grüße 😀']);
  });

  it('reads an empty body', async () => {
    const { body, got } = read(10);
    body.end();
    await flushEventLoop();
    expect(got).to.deep.equal(['']);
  });

  it('reads a body as long as the limit', async () => {
    const { body, got } = read(10);
    body.end('x'.repeat(10));
    await flushEventLoop();
    expect(got).to.deep.equal(['x'.repeat(10)]);
  });

  it('rejects a body once, as soon as it exceeds the limit', async () => {
    const { body, got } = read(10);
    body.write('x'.repeat(10));
    await flushEventLoop();
    expect(got).to.deep.equal([]);
    body.write('x');
    await flushEventLoop();
    body.end('more');
    await flushEventLoop();
    expect(got).to.deep.equal([null]);
  });

  it('drops what it has when it is cancelled', async () => {
    const request = new PassThrough();
    const got: unknown[] = [];
    const body = new RequestBody(
      request as unknown as IncomingMessage,
      () => true,
      (bytes) => got.push(bytes),
    ).receive();
    request.write('x'.repeat(10));
    await flushEventLoop();
    expect(body.size).to.equal(10);
    body.cancel();
    expect(body.size).to.equal(0);
    request.end('more');
    await flushEventLoop();
    expect(got).to.deep.equal([]);
  });

  it('reports nothing for an aborted body', async () => {
    const { body, got } = read(10);
    body.on('error', () => undefined);
    body.write('x');
    await flushEventLoop();
    body.destroy(new Error('aborted'));
    await flushEventLoop();
    expect(got).to.deep.equal([]);
  });
});
