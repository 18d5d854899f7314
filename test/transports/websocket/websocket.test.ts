import { expect } from 'chai';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Listener } from '../../../lib/index.js';
import { afterThisTest } from '../../support/cleanup.js';
import { ManualClock } from '../../support/clock.js';
import { HixieDriver, WebsocketDriver } from '../../support/drivers/index.js';
import { framed } from '../../support/payload.js';
import { serve } from '../../support/server.js';
import { flushEventLoop, until } from '../../support/wait.js';
import { HANDSHAKE, maskedFrame } from '../../support/frames.js';
import { RawSocket, request, requestBytes } from '../../support/raw.js';

/** Records the messages, ends and refusals of a Listener. */
function recordEvents(io: Listener): unknown[] {
  const events: unknown[] = [];
  io.on('clientMessage', (message) => events.push(message));
  io.on('clientDisconnect', (_client, reason) => events.push(reason));
  io.on('refused', ({ code }) => events.push(code));
  return events;
}

/** A connection past its handshake, and the session id read. */
async function openRaw(port: number): Promise<RawSocket> {
  const raw = await RawSocket.connect(port);
  raw.write(requestBytes('/socket.io/websocket', { headers: HANDSHAKE }));
  const { status, headers } = await raw.readHead();
  expect(status).to.equal(101);
  expect(headers['sec-websocket-accept']).to.equal('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  await raw.bytes.expect('\x81\x2e~m~38~m~');
  await raw.bytes.read(38);
  return raw;
}

describe('RFC 6455', () => {
  for (const [what, bytes, code] of [
    ['a binary message', maskedFrame(0x82, framed('x')), 1003],
    ['text that is not UTF-8', maskedFrame(0x81, Buffer.from([0xff, 0xfe])), 1007],
    ['a frame without a mask', Buffer.from(`\x81\x08${framed('x')}`, 'latin1'), 1002],
    ['a reserved bit', maskedFrame(0xc1, framed('x')), 1002],
    ['a reserved opcode', maskedFrame(0x83, framed('x')), 1002],
    ['a continuation of nothing', maskedFrame(0x80, framed('x')), 1002],
    ['a length beyond all limits', Buffer.from('81ff00ffffffffffff0000000000', 'hex'), 1009],
  ] as const) {
    it(`closes with ${code} and ends the session after ${what}`, async () => {
      const { io, port } = await serve();
      const events = recordEvents(io);
      const raw = await openRaw(port);
      raw.write(Buffer.concat([bytes, maskedFrame(0x81, framed('never heard'))]));
      const [opcode = 0, length = 0] = await raw.bytes.read(2);
      expect(opcode).to.equal(0x88);
      expect((await raw.bytes.read(length)).readUInt16BE(0)).to.equal(code);
      await until(() => events.length > 0);
      expect(events).to.deep.equal(['protocol error']);
    });
  }

  it('reads messages in the packet of the handshake', async () => {
    const { io, port } = await serve();
    const events = recordEvents(io);
    const head = requestBytes('/socket.io/websocket', { headers: HANDSHAKE });
    const raw = await RawSocket.connect(port);
    raw.write(
      Buffer.concat([head, maskedFrame(0x81, framed('a')), maskedFrame(0x81, framed('b', 'c'))]),
    );
    expect((await raw.readHead()).status).to.equal(101);
    await until(() => events.length >= 3);
    expect(events).to.deep.equal(['a', 'b', 'c']);
  });

  it('answers a ping, and joins fragments', async () => {
    const { io, port } = await serve();
    const events = recordEvents(io);
    const raw = await openRaw(port);
    const payload = Buffer.from(framed('grüße'));
    raw.write(maskedFrame(0x01, payload.subarray(0, 9)));
    raw.write(maskedFrame(0x89, 'ping'));
    await raw.bytes.expect('\x8a\x04ping');
    raw.write(maskedFrame(0x80, payload.subarray(9)));
    await until(() => events.length > 0);
    expect(events).to.deep.equal(['grüße']);
  });

  it('answers the closing handshake with the same code', async () => {
    const { io, port } = await serve();
    const events = recordEvents(io);
    const raw = await openRaw(port);
    raw.write(maskedFrame(0x88, Buffer.from([0x03, 0xe9])));
    await raw.bytes.expect('\x88\x02\x03\xe9');
    await raw.ended();
    await until(() => events.length > 0);
    expect(events).to.deep.equal(['client close']);
  });

  it('writes frames of each length encoding', async () => {
    const { io, port } = await serve();
    const driver = await new WebsocketDriver(port).open();
    for (const size of [0, 1, 117, 118, 125, 126, 65_526, 65_527, 65_536, 200_000]) {
      for (const letter of ['x', 'é']) {
        io.broadcast(letter.repeat(size));
        expect(await driver.next()).to.equal(letter.repeat(size));
      }
    }
  });

  it('writes sends and broadcasts of one turn as separate frames, in order', async () => {
    for (const Type of [WebsocketDriver, HixieDriver]) {
      const { io, port, client: find } = await serve();
      const one = await new Type(port).open();
      const two = await new Type(port).open();
      const client = await find(one.sessionId);
      client.send('a');
      io.broadcast('b').broadcast('c');
      client.send('d');
      for (const text of ['a', 'b', 'c', 'd']) {
        expect(await one.nextPayload()).to.equal(framed(text));
      }
      for (const text of ['b', 'c']) expect(await two.nextPayload()).to.equal(framed(text));
      io.broadcast('g').broadcast('h').broadcast('i', two.sessionId);
      for (const text of ['g', 'h', 'i']) expect(await one.nextPayload()).to.equal(framed(text));
      for (const text of ['g', 'h']) expect(await two.nextPayload()).to.equal(framed(text));
      io.broadcast('e').broadcast('f');
      for (const driver of [one, two]) {
        expect(await driver.nextPayload()).to.equal(framed('e'));
        expect(await driver.nextPayload()).to.equal(framed('f'));
      }
    }
  });

  it('selects the first requested protocol', async () => {
    const { port } = await serve();
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/websocket`, ['one', 'two']);
    afterThisTest(() => socket.terminate());
    await once(socket, 'open');
    expect(socket.protocol).to.equal('one');
  });

  for (const [what, headers] of [
    ['a version that is not supported', { ...HANDSHAKE, 'Sec-WebSocket-Version': '7' }],
    ['no key', { ...HANDSHAKE, 'Sec-WebSocket-Key': '' }],
    ['an invalid key', { ...HANDSHAKE, 'Sec-WebSocket-Key': 'short' }],
    ['another token beside it', { ...HANDSHAKE, Upgrade: 'websocket, h2c' }],
  ] as const) {
    it(`refuses a handshake with ${what}`, async () => {
      const { io, port } = await serve();
      const events = recordEvents(io);
      const raw = await RawSocket.connect(port);
      raw.write(requestBytes('/socket.io/websocket', { headers }));
      const { status, headers: answer } = await raw.readResponse();
      expect(status).to.equal(400);
      expect(answer['sec-websocket-version']).to.equal('13, 8');
      await raw.ended();
      expect(events).to.deep.equal(['ERR_SIO_BAD_HANDSHAKE']);
    });
  }
});

describe('websocket and flashsocket', () => {
  for (const method of ['GET', 'POST', 'PUT']) {
    it(`answers a plain ${method} with 426, and keeps the session`, async () => {
      const { io, port, client: find } = await serve();
      const driver = await new WebsocketDriver(port).open();
      const client = await find(driver.sessionId);
      const events = recordEvents(io);
      for (const path of ['', '/', `/${driver.sessionId}`, `/${driver.sessionId}/send`]) {
        const { status } = await request(port, `/socket.io/websocket${path}`, { method });
        expect(status).to.equal(426);
      }
      expect(events).to.deep.equal(Array.from({ length: 4 }, () => 'ERR_SIO_UPGRADE_REQUIRED'));
      client.send('still here');
      expect(await driver.next()).to.equal('still here');
    });
  }

  for (const Type of [WebsocketDriver, HixieDriver]) {
    for (const [origin, isAllowed] of [
      ['http://a.com', true],
      ['http://a.com:8080', true],
      ['https://b.com:81', true],
      ['https://b.com', false],
      ['http://c.com', false],
      ['null', false],
      ['nonsense', false],
    ] as const) {
      it(`${isAllowed ? 'accepts' : 'refuses'} the origin ${origin} (${Type.name})`, async () => {
        const { io, port } = await serve({ origins: ['a.com:*', 'b.com:81'] });
        const events = recordEvents(io);
        const driver = new Type(port, { headers: { Origin: origin } });
        if (isAllowed) {
          await driver.open();
          expect(events).to.deep.equal([]);
        } else {
          const { status } = await driver.refusal();
          expect(status).to.equal(403);
          expect(events).to.deep.equal(['ERR_SIO_FORBIDDEN_ORIGIN']);
          expect(io.clients).to.deep.equal({});
        }
      });
    }
  }

  it('refuses a handshake without an origin when `origins` is restricted', async () => {
    const { port } = await serve({ origins: 'a.com:*' });
    expect((await new WebsocketDriver(port).refusal()).status).to.equal(403);
  });
});

describe('drafts 75 and 76', () => {
  for (const [what, bytes] of [
    ['text without a frame', Buffer.from('hello')],
    ['a binary frame', Buffer.from([0x80, 0x01, 0x78])],
    ['half a closing handshake', Buffer.from([0xff, 0x01])],
  ] as const) {
    it(`closes the connection and ends the session after ${what}`, async () => {
      for (const draft of ['75', '76'] as const) {
        const { io, port } = await serve();
        const events = recordEvents(io);
        const driver = await new HixieDriver(port, { draft }).open();
        driver.raw.write(
          Buffer.concat([bytes, Buffer.from(`\x00${framed('x')}`), Buffer.of(0xff)]),
        );
        await driver.raw.ended();
        expect(events).to.deep.equal(['protocol error']);
      }
    });
  }

  it('reads frames in the packet of the third key, however they are cut', async () => {
    const { io, port } = await serve();
    const events = recordEvents(io);
    const raw = await RawSocket.connect(port);
    const driver = new HixieDriver(port);
    const bytes = Buffer.concat([
      driver.opening(''),
      Buffer.from('12345678'),
      Buffer.from(`\x00${framed('a')}`),
      Buffer.of(0xff),
      Buffer.from(`\x00${framed('ü', 'b')}`),
      Buffer.of(0xff),
    ]);
    const behindHead = bytes.indexOf('\r\n\r\n') + 4;
    raw.write(bytes.subarray(0, behindHead));
    await raw.readHead();
    for (let at = behindHead; at < bytes.length; at++) {
      raw.write(bytes.subarray(at, at + 1));
      await flushEventLoop(2);
    }
    await until(() => events.length >= 3);
    expect(events).to.deep.equal(['a', 'ü', 'b']);
  });

  it('closes a connection whose third key does not arrive, without emitting anything', async () => {
    const clock = new ManualClock();
    const { io, port } = await serve({ clock });
    const events = recordEvents(io);
    io.on('connection', () => events.push('connection'));
    const raw = await RawSocket.connect(port);
    raw.write(new HixieDriver(port).opening('')).write('1234567');
    expect((await raw.readHead()).status).to.equal(101);
    await flushEventLoop();
    clock.tick(9999);
    await flushEventLoop();
    expect(raw.isClosed).to.equal(false);
    clock.tick(21);
    await raw.ended();
    expect(events).to.deep.equal([]);
    expect(clock.pending).to.equal(0);
  });

  it('keeps nothing of a client that closes before its third key', async () => {
    const clock = new ManualClock();
    const { io, port } = await serve({ clock });
    const raw = await RawSocket.connect(port);
    raw.write(new HixieDriver(port).opening(''));
    await raw.readHead();
    expect(clock.pending).to.equal(1);
    raw.end();
    await raw.ended();
    expect(clock.pending).to.equal(0);
    expect(io.clients).to.deep.equal({});
  });

  it('closes a connection whose session has ended meanwhile', async () => {
    const {
      io,
      port,
      client: find,
    } = await serve({
      transportOptions: { websocket: { closeTimeout: 5000 } },
    });
    const first = await new HixieDriver(port).open();
    const client = await find(first.sessionId);
    const raw = await RawSocket.connect(port);
    raw.write(new HixieDriver(port).opening(first.sessionId));
    expect((await raw.readHead()).status).to.equal(101);
    client.disconnect();
    await first.ended();
    raw.write('12345678');
    await raw.bytes.read(16);
    await raw.ended();
    expect(io.clients).to.deep.equal({});
    expect(client.connections).to.equal(1);
  });

  it('limits how many handshakes wait for their third key', async () => {
    const { io, port } = await serve({ maxHandshakes: 1 });
    const events = recordEvents(io);
    const driver = new HixieDriver(port);
    const waiting = await RawSocket.connect(port);
    waiting.write(driver.opening(''));
    expect((await waiting.readHead()).status).to.equal(101);
    expect((await driver.refusal()).status).to.equal(503);
    expect(events).to.deep.equal(['ERR_SIO_TOO_MANY_HANDSHAKES']);
    waiting.write('12345678');
    await waiting.bytes.read(16);
    expect((await new HixieDriver(port, { key3: 'late' }).open()).sessionId).to.match(/^\d+$/);
  });

  for (const [what, headers] of [
    ['only one key', { 'Sec-WebSocket-Key2': undefined }],
    ['a key without blanks', { 'Sec-WebSocket-Key1': '12345' }],
    ['a key without digits', { 'Sec-WebSocket-Key1': 'a b c' }],
    ['a key that does not divide', { 'Sec-WebSocket-Key1': '1 0 1' }],
  ] as const) {
    it(`refuses a handshake of a draft with ${what}`, async () => {
      const { io, port } = await serve();
      const events = recordEvents(io);
      const keys = {
        'Sec-WebSocket-Key1': '4 @1  46546xW%0l 1 5',
        'Sec-WebSocket-Key2': '12998 5 Y3 1  .P00',
      };
      const all = Object.entries({
        Upgrade: 'WebSocket',
        Connection: 'Upgrade',
        ...keys,
        ...headers,
      });
      const raw = await RawSocket.connect(port);
      const given = Object.fromEntries(all.filter(([, value]) => value !== undefined));
      raw.write(requestBytes('/socket.io/websocket', { headers: given as Record<string, string> }));
      raw.write('12345678');
      expect((await raw.readResponse()).status).to.equal(400);
      expect(events).to.deep.equal(['ERR_SIO_BAD_HANDSHAKE']);
    });
  }

  it('returns the protocol of draft 76 unchanged', async () => {
    const { port } = await serve();
    const raw = await RawSocket.connect(port);
    raw.write(
      new HixieDriver(port, { headers: { 'Sec-WebSocket-Protocol': 'sample' } }).opening(''),
    );
    expect((await raw.readHead()).headers['sec-websocket-protocol']).to.equal('sample');
  });
});
