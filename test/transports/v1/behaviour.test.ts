/**
 * One suite for all transports of protocol 1: they do not differ for an application.
 *
 * @module
 */
import { expect } from 'chai';
import type { Client, DisconnectReason, ListenerOptions } from '../../../lib/index.js';
import { ManualClock } from '../../support/clock.js';
import { QUIET, serve, type Served } from '../../support/server.js';
import {
  postPackets,
  V1_VARIANTS,
  type V1Driver,
  type V1Variant,
} from '../../support/v1-drivers.js';
import { uncaught, until } from '../../support/wait.js';

const GRAIN = 20;
const TIMINGS = {
  heartbeatInterval: 10_000,
  heartbeatTimeout: 8000,
  closeTimeout: 5000,
  pollingDuration: 20_000,
} as const;
const LIMIT = 4000;

/** Texts that one wire or another could trip over. */
const TEXTS = [
  'hello',
  'grüße žluťoučký 日本語',
  '😀 𝒳 \u{10ffff}',
  '\ufffd3\ufffd2::',
  'a\ufffdb',
  '\ufeffafter a byte order mark',
  'a\0b\u0001\u001f\u007f',
  'two\r\nlines\r',
  ' blanks ',
  ':::',
  '</script><script>alert(1)</script><!--',
  'quotes " and \\ backslashes \\" \' \\/',
  'a line \u2028 and a paragraph \u2029',
  '~m~3~m~abc',
  '~j~{"a":1}',
  '~h~1',
  '&d=x&a=b+c%20d%zz;=',
] as const;

interface Fixture extends Served {
  readonly clock: ManualClock;
  readonly reasons: DisconnectReason[];
  readonly messages: unknown[];
  /** Another client, and the server's side of it. */
  readonly join: () => Promise<readonly [V1Driver, Client]>;
}

async function setUp(variant: V1Variant, options: ListenerOptions = {}): Promise<Fixture> {
  const clock = new ManualClock();
  const served = await serve({ ...QUIET, clock, protocol1: TIMINGS, ...options });
  const reasons: DisconnectReason[] = [];
  const messages: unknown[] = [];
  served.io.on('clientDisconnect', (_client, reason) => reasons.push(reason));
  served.io.on('clientMessage', (message) => messages.push(message));
  async function join(): Promise<readonly [V1Driver, Client]> {
    const driver = await variant.open(served.port);
    const client = await served.client(driver.sessionId);
    await until(() => client._open, 'the client to be there');
    return [driver, client];
  }
  return { ...served, clock, reasons, messages, join };
}

/** The ways in which applications end a session or its connection. */
const WAYS: Readonly<Record<string, (client: Client) => void>> = {
  'client.disconnect()': (client) => client.disconnect(),
  'client.connection.end()': (client) => client.connection.end(),
  'client.connection.destroy()': (client) => client.connection.destroy(),
};

function sendAndEnd(client: Client, end: (client: Client) => void): void {
  end(client.send('one').send({ last: 1 }));
}

function describeMessages(variant: V1Variant): void {
  it('transfers every text in both directions', async () => {
    const { io, join } = await setUp(variant);
    io.on('clientMessage', (message, client) => client.send(message));
    const [driver] = await join();
    for (const text of TEXTS) {
      // oxlint-disable eslint/no-await-in-loop -- one text after the other
      await driver.send(`3:::${text}`);
      expect(await driver.next()).to.equal(`3:::${text}`);
      // oxlint-enable eslint/no-await-in-loop
    }
  });

  it('delivers packets in their order, each completely before the next', async () => {
    const { messages, join } = await setUp(variant);
    const [driver, client] = await join();
    client.events.on('e', (...args: unknown[]) => messages.push(args));
    await driver.send('3:::a', '4:::{"b":[1,null]}', '5:::{"name":"e","args":["c"]}', '3::', '9::');
    await driver.send('4:::null', '5:::{"name":"message","args":["d"]}', '3:::end');
    await until(() => messages.at(-1) === 'end', 'the last message');
    expect(messages).to.deep.equal(['a', { b: [1, null] }, ['c'], '', null, 'd', 'end']);
  });

  it('replies to a payload in its order', async () => {
    const { io, join } = await setUp(variant);
    io.on('clientMessage', (message, client) => client.send(message));
    const [driver] = await join();
    const packets = Array.from({ length: 50 }, (_, i) => `3:::reply ${i}`);
    await driver.send(...packets);
    // oxlint-disable-next-line eslint/no-await-in-loop -- in order
    for (const packet of packets) expect(await driver.next()).to.equal(packet);
  });

  it('keeps the order of many sends and broadcasts', async () => {
    const { io, join } = await setUp(variant);
    const [driver, client] = await join();
    const packets: string[] = [];
    for (let i = 0; i < 200; i++) {
      const text = `${i} ${'é'.repeat(i)}`;
      packets.push(`3:::${text}`);
      if (i % 2 === 0) client.send(text);
      else io.broadcast(text);
    }
    client.join('room').send({ n: 1 });
    io.to('room').emit('news', 1);
    packets.push('4:::{"n":1}', '5:::{"name":"news","args":[1]}');
    // oxlint-disable-next-line eslint/no-await-in-loop -- in order
    for (const packet of packets) expect(await driver.next()).to.equal(packet);
  });

  it('transfers a megabyte in both directions', async () => {
    const { io, join } = await setUp(variant);
    io.on('clientMessage', (message, client) => client.send(message));
    const [driver] = await join();
    const packet = `3:::${'größer '.repeat(150_000)}`;
    await driver.send(packet);
    expect((await driver.next()) === packet).to.equal(true);
  });

  it('sends from inside the connection handlers, after 1::', async () => {
    const { io, join } = await setUp(variant);
    io.on('clientConnect', (client) => client.send('first'));
    io.on('connection', (client) => client.send('second'));
    const [driver] = await join();
    expect(await driver.next()).to.equal('3:::first');
    expect(await driver.next()).to.equal('3:::second');
  });

  it('acknowledges, and requests acknowledgements', async () => {
    const { join } = await setUp(variant);
    const [driver, client] = await join();
    client.events.on('add', (a: number, b: number, answer: (sum: number) => void) => answer(a + b));
    await driver.send('5:7+::{"name":"add","args":[1,2]}');
    expect(await driver.next()).to.equal('6:::7+[3]');
    await driver.send('3:1::text');
    expect(await driver.next()).to.equal('6:::1');
    const answer = new Promise((resolve) =>
      client.events.emit('ask', (first: unknown) => resolve(first)),
    );
    expect(await driver.next()).to.equal('5:1+::{"name":"ask"}');
    await driver.send('6:::1+["yes"]');
    expect(await answer).to.equal('yes');
  });

  it('rethrows the exception of a handler, and loses no message', async () => {
    const { messages, join } = await setUp(variant);
    const [driver, client] = await join();
    client.once('message', () => {
      throw new Error('a handler of the app failed');
    });
    const surfaced = uncaught();
    await driver.send('3:::a', '3:::b');
    expect((await surfaced).message).to.equal('a handler of the app failed');
    await until(() => messages.length === 2, 'the messages');
    expect(messages).to.deep.equal(['a', 'b']);
  });
}

function describeEndings(variant: V1Variant): void {
  for (const [name, end] of Object.entries(WAYS)) {
    for (const moment of ['connection', 'message', 'later'] as const) {
      it(`delivers what was sent before ${name}, called in ${moment}`, async () => {
        const { io, port } = await setUp(variant);
        io.on('connection', (client) => {
          client.on('message', () => moment === 'message' && sendAndEnd(client, end));
          if (moment === 'connection') sendAndEnd(client, end);
          else if (moment === 'later') setImmediate(sendAndEnd, client, end);
        });
        const driver = await variant.open(port);
        if (moment === 'message') await driver.send('3:::go').catch(() => undefined);
        expect(await driver.next()).to.equal('3:::one');
        expect(await driver.next()).to.equal('4:::{"last":1}');
        if (name !== 'client.disconnect()') return;
        expect(await driver.next()).to.equal('0::');
        await driver.ended();
      });
    }
  }

  it('answers 0:: of the client with 0::, and ends', async () => {
    const { io, reasons, join, clock } = await setUp(variant);
    const [driver, client] = await join();
    await driver.send('0::');
    expect(await driver.next()).to.equal('0::');
    await driver.ended();
    expect(reasons).to.deep.equal(['client close']);
    expect(client.connected).to.equal(false);
    expect(io.clients).to.deep.equal({});
    client.send('into the void').disconnect();
    expect(clock.pending).to.equal(0);
  });

  it('ends with its connection; between polls, after closeTimeout', async () => {
    const { reasons, join, clock } = await setUp(variant);
    const [driver, client] = await join();
    driver.drop();
    await until(() => !client._open, 'the client to be away');
    if (driver.kind === 'polling') {
      expect(client.connected).to.equal(true);
      clock.tick(TIMINGS.closeTimeout + GRAIN);
    }
    await until(() => !client.connected, 'the end');
    expect(reasons).to.deep.equal(['transport close']);
    expect(clock.pending).to.equal(0);
  });

  it('ends on listener.close(), without 0::, upon which clients reconnect', async () => {
    const { io, reasons, join, clock } = await setUp(variant);
    const [driver, client] = await join();
    client.send('the server restarts');
    void io.close();
    expect(await driver.next()).to.equal('3:::the server restarts');
    // the next poll is the application's
    if (driver.kind === 'polling') driver.drop();
    else await driver.ended();
    expect(reasons).to.deep.equal(['server close']);
    expect(clock.pending).to.equal(0);
  });

  it('has heartbeats on streams, and empty answers of polls', async () => {
    const { reasons, join, clock } = await setUp(variant);
    const [driver, client] = await join();
    if (driver.kind === 'polling') {
      const { connections } = client;
      clock.tick(TIMINGS.pollingDuration + GRAIN);
      await until(() => client.connections > connections && client._open, 'the next poll');
      client.send('still here');
      expect(await driver.next()).to.equal('3:::still here');
      return;
    }
    for (let i = 0; i < 3; i++) {
      // oxlint-disable eslint/no-await-in-loop -- one heartbeat after the other
      clock.tick(TIMINGS.heartbeatInterval + GRAIN);
      expect(await driver.next()).to.equal('2::');
      const answered = new Promise((resolve) => client.once('message', resolve));
      await driver.send('2::', '3:::after it');
      await answered;
      // oxlint-enable eslint/no-await-in-loop
    }
    clock.tick(TIMINGS.heartbeatInterval + GRAIN);
    expect(await driver.next()).to.equal('2::');
    clock.tick(TIMINGS.heartbeatTimeout + GRAIN);
    await driver.ended();
    expect(reasons).to.deep.equal(['heartbeat timeout']);
  });
}

function describeLimits(variant: V1Variant): void {
  it('enforces maxPayload', async () => {
    const { port, messages, reasons, join } = await setUp(variant, { maxPayload: LIMIT });
    const [driver, client] = await join();
    const fits = `3:::${'x'.repeat(LIMIT - 50)}`;
    await driver.send(fits);
    await until(() => messages.length === 1, 'the message');
    if (driver.kind === 'socket') {
      await driver.send(`${fits}${'x'.repeat(50)}`);
      await until(() => !client.connected, 'the end');
      expect(reasons).to.deep.equal(['protocol error']);
    } else {
      const { status } = await postPackets(port, driver, `${fits}${'x'.repeat(50)}`);
      expect(status).to.equal(413);
      client.send('still here');
      expect(await driver.next()).to.equal('3:::still here');
    }
    expect(messages.length).to.equal(1);
  });

  it('ends a client that does not read, with what waits for it', async () => {
    const { reasons, join } = await setUp(variant, { maxBuffer: 100_000 });
    const [driver, client] = await join();
    if (driver.kind === 'polling') {
      driver.drop();
      await until(() => !client._open, 'the client to be away');
    }
    const { connection } = client;
    // as if the system took nothing: what is written waits in the socket
    connection.cork();
    for (let i = 0; i < 20 && client.connected; i++) {
      client.send('x'.repeat(10_000));
      // oxlint-disable-next-line eslint/no-await-in-loop -- frames of one turn leave together
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => !client.connected, 'the end');
    expect(reasons).to.deep.equal(['queue overflow']);
    expect(connection.writableLength).to.be.below(200_000);
  });

  it('keeps no memory for a flood of packets of all kinds, and does not affect other sessions', async () => {
    const { messages, join } = await setUp(variant);
    const [driver] = await join();
    const [other, otherClient] = await join();
    const flood = Array.from({ length: 500 }, (_, i) => [
      '2::',
      '8::',
      `1::/nowhere${i}`,
      `0::/nowhere${i}`,
      `6:::${i}+[1]`,
      `5:::{"name":"__proto__","args":[]}`,
      '7:::1+0',
    ]).flat();
    await driver.send(...flood, '3:::end');
    await until(() => messages.length === 1, 'the end of the flood');
    otherClient.send('not flooded');
    expect(await other.next()).to.equal('3:::not flooded');
  });
}

for (const variant of V1_VARIANTS) {
  describe(`${variant.name} of 0.9`, () => {
    describeMessages(variant);
    describeEndings(variant);
    describeLimits(variant);
  });
}
