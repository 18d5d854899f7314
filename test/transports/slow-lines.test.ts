import { expect } from 'chai';
import type { Client } from '../../lib/index.js';
import { ManualClock } from '../support/clock.js';
import { HANDSHAKE, HIXIE_75, maskedFrame, openWebSocket } from '../support/frames.js';
import { framed } from '../support/payload.js';
import { RawSocket, requestBytes } from '../support/raw.js';
import { openPolling } from '../support/requests.js';
import { serve, type Served } from '../support/server.js';
import { flushEventLoop, until } from '../support/wait.js';

const TIMEOUT = 8000;
const INTERVAL = 10_000;
const GRAIN = 20;
const TIMINGS = { timeout: TIMEOUT, heartbeatInterval: INTERVAL, closeTimeout: 0 };
/** More than the system takes for a client that does not read. */
const LARGE = 16_000_000;

interface Setup extends Omit<Served, 'client'> {
  readonly clock: ManualClock;
  readonly client: () => Client;
  readonly reasons: string[];
}

async function setUp(transport: string, timings: object = TIMINGS): Promise<Setup> {
  const clock = new ManualClock();
  const reasons: string[] = [];
  const served = await serve({ clock, maxBuffer: 0, transportOptions: { [transport]: timings } });
  served.io.on('clientDisconnect', (_client, reason) => reasons.push(reason));
  const client = (): Client => Object.values(served.io.clients)[0] as Client;
  return { ...served, clock, client, reasons };
}

/** A stream whose client has read its session id and stops to read. */
async function openStream(port: number, transport: string): Promise<RawSocket> {
  const raw =
    transport === 'websocket'
      ? await openWebSocket(port)
      : (await RawSocket.connect(port)).write(requestBytes(`/socket.io/${transport}/`));
  await raw.bytes.readThrough('~m~38~m~');
  raw.socket.pause();
  return raw;
}

describe('slow lines', () => {
  it('keep a WebSocket whose client sends a large message slowly', async () => {
    const { io, port, clock, reasons } = await setUp('websocket');
    const messages: unknown[] = [];
    io.on('clientMessage', (message) => messages.push(message));
    const raw = await openWebSocket(port);
    await until(() => Object.keys(io.clients).length === 1);
    const bytes = maskedFrame(0x81, framed('x'.repeat(1000)));
    clock.tick(INTERVAL + GRAIN);
    for (let at = 0; at < bytes.length; at += 200) {
      raw.write(bytes.subarray(at, at + 200));
      // oxlint-disable-next-line eslint/no-await-in-loop -- one piece after the other
      await flushEventLoop();
      clock.tick(TIMEOUT + GRAIN);
      expect(reasons).to.deep.equal([]);
    }
    await until(() => messages.length === 1, 'the message');
    // nothing more arrives, not even an echo
    clock.tick(TIMEOUT + GRAIN);
    clock.tick(TIMEOUT + GRAIN);
    expect(reasons).to.deep.equal(['heartbeat timeout']);
  });

  it('keep a stream whose client sends a large POST slowly', async () => {
    const { io, port, clock, client, reasons } = await setUp('xhr-multipart');
    await openStream(port, 'xhr-multipart');
    const body = `data=${framed('x'.repeat(50_000))}`;
    const post = await RawSocket.connect(port);
    const headers = { 'Content-Length': String(body.length) };
    const path = `/socket.io/xhr-multipart/${client().sessionId}/send`;
    post.write(requestBytes(path, { method: 'POST', headers }));
    clock.tick(INTERVAL + GRAIN);
    for (let at = 0; at < 50_000; at += 10_000) {
      post.write(body.slice(at, at + 10_000));
      // oxlint-disable-next-line eslint/no-await-in-loop -- one piece after the other
      await flushEventLoop();
      clock.tick(TIMEOUT + GRAIN);
      expect(reasons).to.deep.equal([]);
    }
    expect(Object.keys(io.clients).length).to.equal(1);
    clock.tick(TIMEOUT + GRAIN);
    expect(reasons).to.deep.equal(['heartbeat timeout']);
  });

  for (const transport of ['websocket', 'htmlfile', 'xhr-multipart', 'server-events']) {
    it(`keep a client on ${transport} as long as it reads a large message`, async () => {
      const { port, clock, client, reasons } = await setUp(transport);
      const raw = await openStream(port, transport);
      const { connection } = client();
      client().send('x'.repeat(LARGE));
      clock.tick(INTERVAL + GRAIN);
      const waiting = (): number =>
        (connection as { _handle?: { writeQueueSize: number } })._handle?.writeQueueSize ?? 0;
      await until(() => waiting() > 0, 'a backlog');
      // the backlog shrinks a little in each period of `timeout`; what the client reads is dropped
      for (let periods = 0; periods < 5 && waiting() > 0; periods++) {
        const before = waiting();
        raw.socket.resume();
        // oxlint-disable-next-line eslint/no-await-in-loop -- one period after the other
        await until(() => waiting() < before, 'the backlog to shrink');
        raw.socket.pause();
        clock.tick(TIMEOUT + GRAIN);
        expect(reasons).to.deep.equal([]);
      }
    });

    it(`close a client on ${transport} that stops to read`, async () => {
      const { port, clock, client, reasons } = await setUp(transport);
      await openStream(port, transport);
      client().send('x'.repeat(LARGE));
      await flushEventLoop();
      clock.tick(INTERVAL + GRAIN);
      clock.tick(TIMEOUT + GRAIN);
      // a minute for what the system has taken
      for (let i = 0; i < 9; i++) clock.tick(TIMEOUT + GRAIN);
      expect(reasons).to.deep.equal(['heartbeat timeout']);
    });
  }

  it('keep a client that takes longer than closeTimeout to read the response to a poll', async () => {
    const timings = { closeTimeout: 1000, duration: 1_000_000 };
    const { io, port, clock, client, reasons } = await setUp('xhr-polling', timings);
    const id = await openPolling(port);
    const raw = await RawSocket.connect(port);
    raw.socket.pause();
    raw.write(requestBytes(`/socket.io/xhr-polling/${id}/1`));
    await until(() => client()._open, 'the poll');
    client().send('x'.repeat(LARGE));
    await flushEventLoop();
    // sixteen seconds for each megabyte that may be on its way, a minute at most
    for (let i = 0; i < 50; i++) clock.tick(1000 + GRAIN);
    expect(reasons).to.deep.equal([]);
    raw.socket.resume();
    expect((await raw.readResponse()).body.length).to.be.above(LARGE);
    raw.write(requestBytes(`/socket.io/xhr-polling/${id}/2`));
    await until(() => client()._open, 'the next poll');
    raw.destroy();
    await until(() => !client()._open, 'the client to be away');
    clock.tick(1000 + GRAIN);
    expect(reasons).to.deep.equal(['transport close']);
    expect(io.clients).to.deep.equal({});
  });

  it('do not extend closeTimeout for a small response', async () => {
    const { port, clock, client, reasons } = await setUp('xhr-polling', { closeTimeout: 1000 });
    const id = await openPolling(port);
    const raw = await RawSocket.connect(port);
    raw.write(requestBytes(`/socket.io/xhr-polling/${id}/1`));
    await until(() => client()._open, 'the poll');
    client().send('x'.repeat(10_000));
    clock.tick(1000 + GRAIN);
    expect(reasons).to.deep.equal(['transport close']);
  });
});

describe('a client that has a backlog and sends FIN', () => {
  for (const [name, headers] of [
    ['RFC 6455', HANDSHAKE],
    ['draft 75', HIXIE_75],
  ] as const) {
    it(`ends its session, and its connection if it does not read (${name})`, async () => {
      const { port, clock, client, reasons } = await setUp('websocket');
      const raw = await openWebSocket(port, headers);
      raw.socket.pause();
      await until(() => client() !== undefined);
      const { connection } = client();
      client().send('x'.repeat(LARGE));
      raw.end();
      await until(() => connection.readableEnded, 'the FIN');
      clock.tick(0);
      expect(reasons).to.deep.equal(['transport close']);
      expect(connection.writableLength).to.be.above(0);
      await until(() => connection.destroyed, 'the connection to be destroyed');
    });
  }
});
