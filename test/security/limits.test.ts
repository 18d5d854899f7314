import { expect } from 'chai';
import { createServer } from 'node:http';
import { networkOf } from '../../lib/access/session-limiter.js';
import { listen, type ListenerOptions } from '../../lib/index.js';
import { resolveOptions } from '../../lib/options.js';
import { ManualClock } from '../support/clock.js';
import { VARIANTS } from '../support/drivers/index.js';
import { QUIET, serve } from '../support/server.js';
import { flushEventLoop, until } from '../support/wait.js';
import { expectNothingLeft } from '../support/checks.js';
import { HANDSHAKE, HIXIE_76, KEY3 } from '../support/frames.js';
import { request, requestBytes } from '../support/raw.js';
import { openPolling, sendBytes, statusOf } from '../support/requests.js';

const LIMITS = [
  'maxPayload',
  'maxMessages',
  'maxBuffer',
  'maxQueue',
  'maxFragments',
  'maxSessions',
  'maxSessionsPerAddress',
  'maxHandshakes',
  'handshakeTimeout',
] as const;

describe('limits', () => {
  it('has these defaults', () => {
    const options = resolveOptions();
    expect(Object.fromEntries(LIMITS.map((name) => [name, options[name]]))).to.deep.equal({
      maxPayload: 10_485_760,
      maxMessages: 10_000,
      maxBuffer: 16_777_216,
      maxQueue: 0,
      maxFragments: 16_384,
      maxSessions: 0,
      maxSessionsPerAddress: 0,
      maxHandshakes: 10_000,
      handshakeTimeout: 10_000,
    });
  });

  it('throws a TypeError or RangeError for values that are not numbers from 0', () => {
    for (const name of LIMITS) {
      for (const value of [0, 1, 1000]) {
        expect(resolveOptions({ [name]: value })[name]).to.equal(value);
      }
      for (const value of ['1', null, {}, Number.NaN, true, 1n]) {
        expect(() => resolveOptions({ [name]: value }), `${name} ${typeof value}`).to.throw(
          TypeError,
          `Expected \`${name}\` to be a number, got`,
        );
      }
      for (const value of [-1, -Infinity, Infinity]) {
        expect(() => resolveOptions({ [name]: value })).to.throw(
          RangeError,
          `Expected \`${name}\` to be from 0 to`,
        );
      }
    }
    expect(() => resolveOptions({ handshakeTimeout: 2 ** 31 })).to.throw(RangeError);
  });

  it('accepts a function or nothing as authorize', () => {
    for (const authorize of [null, true, 'yes', {}]) {
      const options = { ...QUIET, authorize } as unknown as ListenerOptions;
      expect(() => listen(createServer(), options)).to.throw(
        TypeError,
        'Expected `authorize` to be a function, got',
      );
    }
  });

  it('enforces maxSessions, and treats 0 as unlimited', async () => {
    const { port, io } = await serve({ maxSessions: 0 });
    for (let i = 0; i < 20; i++) await openPolling(port);
    io.options.maxSessions = 21;
    await openPolling(port);
    const refused: string[] = [];
    io.on('refused', ({ code }) => refused.push(code));
    const answer = await request(port, '/socket.io/xhr-polling//1');
    expect(answer.status).to.equal(503);
    expect(refused).to.deep.equal(['ERR_SIO_TOO_MANY_SESSIONS']);
    // a client that returns is not counted twice
    const [id] = Object.keys(io.clients);
    io.clients[id ?? '']?.send('hi');
    const headers = { 'Last-Event-ID': id ?? '' };
    const again = await request(port, '/socket.io/xhr-polling//1', { headers });
    expect(again.body).to.equal('~m~2~m~hi');
  });

  for (const { name, create } of VARIANTS) {
    it(`enforces maxSessionsPerAddress for ${name}: below, at, above, and after one has ended`, async () => {
      const served = await serve({ maxSessionsPerAddress: 2 });
      const { port, io } = served;
      const codes: string[] = [];
      io.on('refused', ({ code }) => codes.push(code));
      await create(port).open();
      const second = await create(port).open();
      expect((await create(port).refusal()).status).to.equal(429);
      expect(codes).to.deep.equal(['ERR_SIO_TOO_MANY_SESSIONS_OF_ADDRESS']);
      io.clients[second.sessionId]?.disconnect();
      await create(port).open();
      expect((await create(port).refusal()).status).to.equal(429);
    });
  }

  it('counts an IPv6 network as one address, and IPv4 in IPv6 as IPv4', () => {
    expect(networkOf('192.0.2.1')).to.equal('192.0.2.1');
    expect(networkOf('::ffff:192.0.2.1')).to.equal('192.0.2.1');
    expect(networkOf('2001:db8:1:2:3:4:5:6')).to.equal('2001:db8:1:2');
    expect(networkOf('2001:db8:1:2::6')).to.equal('2001:db8:1:2');
    expect(networkOf('2001:db8::6')).to.equal('2001:db8:0:0');
    expect(networkOf('::1')).to.equal('0:0:0:0');
    expect(networkOf('2001:db8:1:2:3::')).to.equal('2001:db8:1:2');
    expect(networkOf('')).to.equal('');
  });

  it('counts for maxHandshakes only handshakes of draft 76 without their third key', async () => {
    const served = await serve({ maxHandshakes: 2 });
    const { port, io } = served;
    const head = requestBytes('/socket.io/websocket', { headers: HIXIE_76 });
    const first = await sendBytes(port, head);
    await first.readHead();
    const second = await sendBytes(port, head);
    await second.readHead();
    expect(io._limiter.handshakes).to.equal(2);
    expect(await statusOf(port, head)).to.equal(503);
    // these are through at once
    expect(await statusOf(port, Buffer.concat([head, KEY3]))).to.equal(101);
    expect(
      await statusOf(port, requestBytes('/socket.io/websocket', { headers: HANDSHAKE })),
    ).to.equal(101);
    first.write(KEY3);
    await first.bytes.read(16);
    expect(io._limiter.handshakes).to.equal(1);
    expect(await statusOf(port, head)).to.equal(101);
    first.destroy();
    second.destroy();
    await expectNothingLeft(served);
  });

  it('waits for a third key without limit when handshakeTimeout is 0', async () => {
    const clock = new ManualClock();
    const { port, io } = await serve({ clock, handshakeTimeout: 0 });
    const raw = await sendBytes(port, requestBytes('/socket.io/websocket', { headers: HIXIE_76 }));
    await raw.readHead();
    clock.tick(10_000_000);
    raw.write(KEY3);
    await raw.bytes.read(16);
    await until(() => Object.keys(io.clients).length === 1, 'the session');
    expect(io._limiter.handshakes).to.equal(0);
  });

  it('enforces maxBuffer for what one turn sends: below, at, and one message above', async () => {
    for (const { create } of VARIANTS) {
      const { transport, kind } = create(0);
      if (kind === 'polling') continue;
      const served = await serve({ maxBuffer: 5000 });
      const driver = await create(served.port).open();
      const client = await served.client(driver.sessionId);
      const isOver = new Promise<string>((resolve) => client.on('disconnect', resolve));
      // one message of any size may go to a client that takes what it is sent
      client.send('x'.repeat(20_000));
      expect(await driver.next()).to.equal('x'.repeat(20_000));
      await until(() => client.connection.writableLength === 0, 'the message to be gone');
      for (let i = 0; i < 4; i++) client.send('x'.repeat(1000));
      for (let i = 0; i < 4; i++) expect(await driver.next()).to.equal('x'.repeat(1000));
      expect(client.connected, transport).to.equal(true);
      for (let i = 0; i < 20_000 && client._open; i++) client.send('x'.repeat(1000));
      expect(await isOver, transport).to.equal('queue overflow');
      await expectNothingLeft(served);
    }
  });

  it('enforces maxBuffer and maxQueue to the unit for a client that is away', async () => {
    for (const [options, sends] of [
      [{ maxQueue: 3 }, ['a', 'b', 'c']],
      [{ maxBuffer: 24 }, ['a', 'b', 'c']],
    ] as const) {
      const served = await serve(options);
      const id = await openPolling(served.port);
      const client = await served.client(id);
      const isOver = new Promise<string>((resolve) => client.on('disconnect', resolve));
      for (const message of sends) client.send(message);
      await flushEventLoop();
      expect(client.connected).to.equal(true);
      client.send('');
      expect(await isOver).to.equal('queue overflow');
      client.send('unread');
      await expectNothingLeft(served);
    }
  });

  it('emits the overflow after the send, so that disconnects of all clients at once do not overflow the stack', async () => {
    const served = await serve({ maxQueue: 5 });
    const { port, io } = served;
    for (let i = 0; i < 600; i += 50) {
      await Promise.all(Array.from({ length: 50 }, () => openPolling(port)));
    }
    let ends = 0;
    for (const client of Object.values(io.clients)) {
      client.on('disconnect', () => {
        ends++;
        client.broadcast('one left');
      });
    }
    await until(() => Object.values(io.clients).every((client) => !client._open), 'all to be away');
    for (let i = 0; i < 6; i++) io.broadcast('tick');
    expect(ends).to.equal(0);
    await until(() => ends === 600, 'the ends');
    await expectNothingLeft(served);
  });
});
