import { expect } from 'chai';
import * as fc from 'fast-check';
import type { IncomingMessage } from 'node:http';
import {
  handshakeHead,
  HixieParser,
  keyNumber,
  proof,
  readKeys,
} from '../../lib/websocket/hixie-protocol.js';
import { leastCpuMs } from '../support/cpu.js';

type Heard = ['text', string] | ['closing'] | ['error', string];

/** A parser, and its events. */
function parser(limit = 0): { feed: (chunk: Buffer) => void; stop: () => void; heard: Heard[] } {
  const heard: Heard[] = [];
  const parse = new HixieParser(
    {
      onText: (text) => heard.push(['text', text]),
      onClosing: () => heard.push(['closing']),
      onError: (kind) => heard.push(['error', kind]),
    },
    limit,
  );
  return { feed: (chunk) => parse.feed(chunk), stop: () => parse.stop(), heard };
}

function frame(text: string): Buffer {
  return Buffer.concat([Buffer.of(0x00), Buffer.from(text), Buffer.of(0xff)]);
}

function request(headers: Record<string, unknown>, encrypted = false): IncomingMessage {
  return {
    headers,
    url: '/socket.io/websocket?a=b',
    socket: { encrypted },
  } as unknown as IncomingMessage;
}

describe('keyNumber', () => {
  const cases: readonly (readonly [string, number | null])[] = [
    // the examples of draft 76
    ['4 @1  46546xW%0l 1 5', 829309203],
    ['12998 5 Y3 1  .P00', 259970620],
    ['18x 6]8vM;54 *(5:  {   U1]8  z [  8', 155712099],
    ['1_ tx7X d  <  nw  334J702) 7]o}` 0', 173347027],
    ['32 4971x09~94', 3249710994],
    ['4 294967295', 4294967295],
    ['0 ', 0],
    ['4 294967296', null],
    ['1 0 1', null],
    ['12345', null],
    ['no digits here', null],
    ['', null],
    [' ', null],
    [`${'9'.repeat(400)} `, null],
    [`${'0'.repeat(16)} `, null],
  ];
  for (const [key, number] of cases) {
    it(`finds ${number} in ${JSON.stringify(key.slice(0, 40))}`, () => {
      expect(keyNumber(key)).to.equal(number);
    });
  }
});

describe('readKeys', () => {
  const key1 = '4 @1  46546xW%0l 1 5';
  const key2 = '12998 5 Y3 1  .P00';

  it('recognises draft 75 by the absence of both keys', () => {
    expect(readKeys(request({}))).to.equal('75');
  });

  it('returns both numbers', () => {
    const headers = { 'sec-websocket-key1': key1, 'sec-websocket-key2': key2 };
    expect(readKeys(request(headers))).to.deep.equal([829309203, 259970620]);
  });

  it('rejects one key alone, and invalid keys', () => {
    expect(readKeys(request({ 'sec-websocket-key1': key1 }))).to.equal(null);
    expect(readKeys(request({ 'sec-websocket-key2': key2 }))).to.equal(null);
    const headers = { 'sec-websocket-key1': key1, 'sec-websocket-key2': 'x' };
    expect(readKeys(request(headers))).to.equal(null);
    expect(readKeys(request({ ...headers, 'sec-websocket-key1': 'x' }))).to.equal(null);
  });
});

describe('proof', () => {
  it("is that of the draft's example", () => {
    const answer = proof([829309203, 259970620], Buffer.from('^n:ds[4U'));
    expect(answer.toString('latin1')).to.equal("8jKS'y:G*Co,Wxa-");
  });

  it('reads the third key as bytes', () => {
    const numbers = ['32 4971x09~94', '2[308 6151 04'].map((key) => keyNumber(key) ?? 0);
    const answer = proof(numbers as [number, number], Buffer.from('00ff80fe7f01c3a9', 'hex'));
    expect(answer.toString('hex')).to.equal('8186ebcdcf2a6ee0ad6699427fa01974');
  });
});

describe('handshakeHead', () => {
  const headers = { host: 'localhost:80', origin: 'http://example.com' };

  it('returns the head of draft 75', () => {
    expect(handshakeHead(request(headers), '75').split('\r\n')).to.deep.equal([
      'HTTP/1.1 101 Web Socket Protocol Handshake',
      'Upgrade: WebSocket',
      'Connection: Upgrade',
      'WebSocket-Origin: http://example.com',
      'WebSocket-Location: ws://localhost:80/socket.io/websocket?a=b',
      '',
      '',
    ]);
  });

  it('returns the head of draft 76, with the requested protocol', () => {
    const asked = request({ ...headers, 'sec-websocket-protocol': 'sample' });
    expect(handshakeHead(asked, '76').split('\r\n')).to.deep.equal([
      'HTTP/1.1 101 WebSocket Protocol Handshake',
      'Upgrade: WebSocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Origin: http://example.com',
      'Sec-WebSocket-Location: ws://localhost:80/socket.io/websocket?a=b',
      'Sec-WebSocket-Protocol: sample',
      '',
      '',
    ]);
  });

  it('names wss on an encrypted connection, and works without headers', () => {
    expect(handshakeHead(request({}, true), '76')).to.include(
      'Sec-WebSocket-Origin: null\r\nSec-WebSocket-Location: wss:///socket.io/websocket?a=b\r\n\r\n',
    );
  });
});

describe('HixieParser', () => {
  it('reads frames, and skips empty ones', () => {
    const { feed, heard } = parser();
    feed(Buffer.concat([frame('a'), frame(''), frame('grüße 😀'), frame('\ufffd')]));
    expect(heard).to.deep.equal([
      ['text', 'a'],
      ['text', 'grüße 😀'],
      ['text', '\ufffd'],
    ]);
  });

  it('reads the closing handshake, and ignores what follows', () => {
    const { feed, heard } = parser();
    feed(Buffer.concat([frame('a'), Buffer.of(0xff, 0x00), frame('b')]));
    feed(frame('c'));
    expect(heard).to.deep.equal([['text', 'a'], ['closing']]);
  });

  for (const [what, bytes] of [
    ['text without a frame', 'GET / HTTP'],
    ['a binary frame', '\x80\x01x'],
    ['half a closing handshake', '\xff\xff'],
  ] as const) {
    it(`reports ${what} as an error, and reads no further`, () => {
      const { feed, heard } = parser();
      feed(Buffer.concat([frame('a'), Buffer.from(bytes, 'latin1'), frame('b')]));
      feed(frame('c'));
      expect(heard).to.deep.equal([
        ['text', 'a'],
        ['error', 'bad framing'],
      ]);
    });
  }

  it('reads frames up to the limit, whole or in pieces', () => {
    for (const size of [1, 3, 100]) {
      const { feed, heard } = parser(100);
      const bytes = Buffer.concat([frame('x'.repeat(100)), frame('y'.repeat(101))]);
      for (let at = 0; at < bytes.length; at += size) feed(bytes.subarray(at, at + size));
      expect(heard).to.deep.equal([
        ['text', 'x'.repeat(100)],
        ['error', 'too large'],
      ]);
    }
  });

  it('reads on after a large frame in pieces', () => {
    const { feed, heard } = parser();
    const text = 'z'.repeat(100_000);
    const bytes = Buffer.concat([frame(text), frame('after')]);
    for (let at = 0; at < bytes.length; at += 1000) feed(bytes.subarray(at, at + 1000));
    expect(heard).to.deep.equal([
      ['text', text],
      ['text', 'after'],
    ]);
  });

  it('reads nothing after stop()', () => {
    const { feed, stop, heard } = parser();
    feed(frame('a').subarray(0, 2));
    stop();
    feed(Buffer.of(0xff));
    expect(heard).to.deep.equal([]);
  });

  it('reports the same events however the bytes are cut', () => {
    const text = fc.string({ unit: 'binary' }).map((any) => Buffer.from(any).toString());
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), fc.infiniteStream(fc.nat(7)), (texts, cuts) => {
        const { feed, heard } = parser();
        const bytes = Buffer.concat(texts.map(frame));
        for (let at = 0; at < bytes.length;) {
          const size = (cuts.next().value as number) + 1;
          // the bytes of a chunk may be overwritten once it is fed
          const chunk = Buffer.from(bytes.subarray(at, at + size));
          feed(chunk);
          chunk.fill(0x21);
          at += size;
        }
        expect(heard).to.deep.equal(texts.filter((t) => t !== '').map((t) => ['text', t]));
      }),
    );
  });

  it('reports at most one end for any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (chunks) => {
        const { feed, heard } = parser(50);
        for (const chunk of chunks) feed(Buffer.from(chunk));
        const ends = heard.filter(([kind]) => kind !== 'text');
        expect(ends.length).to.be.at.most(1);
      }),
    );
  });

  it('joins 100,000 pieces of a frame in linear time', () => {
    const { feed, heard } = parser();
    const piece = Buffer.alloc(50, 'x');
    const cpuMs = leastCpuMs(() => {
      feed(Buffer.of(0x00));
      for (let i = 0; i < 100_000; i++) feed(piece);
      feed(Buffer.of(0xff));
    }, 1);
    expect(heard[0]?.[1]?.length).to.equal(5_000_000);
    // linear takes some 50 ms of CPU, quadratic takes minutes
    expect(cpuMs).to.be.below(4000);
  });
});
