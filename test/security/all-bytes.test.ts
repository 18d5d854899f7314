/**
 * The sum of all bytes that the server holds, wherever they are, against the limits.
 *
 * @module
 */
import { expect } from 'chai';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Client } from '../../lib/index.js';
import { afterThisTest } from '../support/cleanup.js';
import { ManualClock } from '../support/clock.js';
import { VARIANTS, type Driver } from '../support/drivers/index.js';
import { frame, KEY3, openWebSocket, TEXT } from '../support/frames.js';
import { framed } from '../support/payload.js';
import { form, RawSocket, requestBytes } from '../support/raw.js';
import { openPolling } from '../support/requests.js';
import { replaceSocketTimeouts } from '../support/socket-timeouts.js';
import { newSession, poll } from '../support/v1.js';
import { serve, type Served } from '../support/server.js';
import { flushEventLoop, until } from '../support/wait.js';

const MEBI = 1024 * 1024;
const LIMITS = { maxBuffer: MEBI, maxPayload: MEBI } as const;
/** Heads, chunks on their way from the system, and the last write above `maxBuffer`. */
const SLACK = 256 * 1024;

const START = 'http.server.request.start';

/** Counts what the server holds in sockets, requests, responses and sessions. */
class Meter {
  readonly #sockets = new Set<Socket>();
  readonly #requests = new Set<IncomingMessage>();
  readonly #responses = new Set<ServerResponse>();
  readonly #clients = new Set<Client>();

  constructor({ server, io }: Served) {
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    const onStart = (message: unknown): void => {
      const { request, response } = message as {
        request: IncomingMessage;
        response: ServerResponse;
      };
      this.#requests.add(request);
      this.#responses.add(response);
      response.once('close', () => {
        this.#requests.delete(request);
        this.#responses.delete(response);
      });
    };
    subscribe(START, onStart);
    afterThisTest(() => unsubscribe(START, onStart));
    io.on('connection', (client) => this.#clients.add(client));
  }

  get sockets(): number {
    return this.#sockets.size;
  }

  sum(): number {
    let bytes = 0;
    for (const { writableLength, readableLength } of this.#sockets) {
      bytes += writableLength + readableLength;
    }
    for (const { readableLength } of this.#requests) bytes += readableLength;
    // a response that has the socket is counted there
    for (const { socket, writableLength } of this.#responses) {
      if (socket === null) bytes += writableLength;
    }
    for (const { _heldSize, _queuedSize } of this.#clients) bytes += _heldSize + _queuedSize;
    return bytes;
  }
}

/** Memory of the process that is still referenced. */
async function usedBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  await flushEventLoop(50);
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** A client that opens a connection and reads nothing from then on. */
async function openUnread(port: number, driver: Driver, hasKey3: boolean): Promise<RawSocket> {
  const raw = await RawSocket.connect(port);
  raw.write(driver.opening(''));
  if (hasKey3) raw.write(KEY3);
  await raw.bytes.readThrough('~m~38~m~');
  raw.socket.pause();
  return raw;
}

/** Sends one message of a mebibyte after the other, as long as the session lasts. */
async function flood(client: Client, meter: Meter, times: number): Promise<number> {
  let most = 0;
  for (let i = 0; i < times && client.connected; i++) {
    client.send('x'.repeat(100_000));
    // oxlint-disable-next-line eslint/no-await-in-loop -- one turn after the other
    await flushEventLoop(1);
    most = Math.max(most, meter.sum());
  }
  return most;
}

const STREAMS = VARIANTS.filter(({ name, create }) => {
  return create(0).kind !== 'polling' && !/third key/.test(name);
});

/** Longer than a peer may leave the last bytes unread. */
const LINGER_MS = 10_000;

describe('all bytes that the server holds', function () {
  this.timeout(60_000);

  for (const { name, create } of STREAMS) {
    for (const end of ['reads nothing', 'sends FIN and reads nothing'] as const) {
      it(`are limited for a client on ${name} that ${end}, and end with its session`, async () => {
        const clock = new ManualClock();
        const served = await serve({ ...LIMITS, clock });
        replaceSocketTimeouts(served.server, clock);
        const meter = new Meter(served);
        const raw = await openUnread(served.port, create(served.port), name.includes('76'));
        const [client] = Object.values(served.io.clients);
        if (!client) throw new Error('Expected a session');
        // The system takes some megabytes; what the server holds begins after them.
        while (client._socket.writableLength === 0) await flood(client, meter, 1);
        if (end === 'reads nothing') {
          expect(await flood(client, meter, 300)).to.be.below(LIMITS.maxBuffer + SLACK);
        } else {
          raw.end();
          await until(() => client._socket.readableEnded, 'the FIN');
          expect(client._socket.writableLength).to.be.above(0);
          client.disconnect();
          await flushEventLoop();
          expect(meter.sum()).to.be.above(0);
          clock.tick(LINGER_MS);
        }
        await until(() => !client.connected, 'the end of the session');
        await until(() => meter.sum() === 0 && meter.sockets === 0, 'the bytes to be released');
      });
    }
  }

  it('are limited for polls whose responses are not read', async () => {
    const served = await serve(LIMITS);
    const meter = new Meter(served);
    const id = await openPolling(served.port);
    const client = await served.client(id);
    const before = meter.sockets;
    let most = 0;
    for (let i = 0; i < 40 && client.connected; i++) {
      // oxlint-disable eslint/no-await-in-loop -- one poll after the other
      const raw = await RawSocket.connect(served.port);
      raw.socket.pause();
      // a response that nothing reads fills the buffers of the system first
      raw.write(requestBytes('/socket.io/source/socket.io.js').toString().repeat(150));
      raw.write(requestBytes(`/socket.io/xhr-polling/${id}/${i}`));
      await until(() => client._open || !client.connected, 'the poll');
      const base = meter.sum() - client._heldSize;
      client.send('y'.repeat(MEBI / 4));
      await flushEventLoop(1);
      most = Math.max(most, meter.sum() - base);
      // oxlint-enable eslint/no-await-in-loop
    }
    expect(client.disconnectReason).to.equal('queue overflow');
    expect(most).to.be.below(LIMITS.maxBuffer + SLACK);
    expect(client._heldSize + client._queuedSize).to.equal(0);
    expect(before).to.be.below(meter.sockets);
  });

  it('are limited for bodies of POSTs, also to a session that has ended', async () => {
    const served = await serve(LIMITS);
    const meter = new Meter(served);
    const used = await usedBytes();
    const id = await openPolling(served.port);
    const client = await served.client(id);
    const head = requestBytes(`/socket.io/xhr-polling/${id}/send`, {
      method: 'POST',
      headers: { 'Content-Length': String(MEBI) },
    });
    const raws: RawSocket[] = [];
    let most = 0;
    for (let i = 0; i < 30; i++) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      const raw = await RawSocket.connect(served.port);
      raws.push(raw.write(head).write('data=' + 'x'.repeat(900_000)));
      if (i === 15) client.disconnect();
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      await flushEventLoop(5);
      most = Math.max(most, meter.sum());
    }
    expect(most).to.be.below(LIMITS.maxBuffer + SLACK);
    expect(meter.sum()).to.be.below(SLACK);
    for (const raw of raws) raw.destroy();
    raws.length = 0;
    await until(() => meter.sockets === 0, 'the connections to close');
    expect((await usedBytes()) - used).to.be.below(3 * MEBI);
  });

  it('are those of short texts, not of the payloads that contained them', async () => {
    const served = await serve({ maxPayload: 8 * MEBI, maxBuffer: 16 * MEBI });
    const names: unknown[] = [];
    served.io.on('clientMessage', (message) => names.push(message));
    const id = await openPolling(served.port);
    const raw = await openWebSocket(served.port);
    const used = await usedBytes();
    const long = 'x'.repeat(60_000);
    // kept, they would hold 36 MiB
    for (let i = 0; i < 600; i++) {
      raw.write(frame(TEXT, framed(`nickname of ${i} letters`) + long));
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      await until(() => names.length === i + 1, 'the message');
    }
    const post = await RawSocket.connect(served.port);
    const body = form(framed('short') + 'x'.repeat(4 * MEBI));
    post.write(requestBytes(`/socket.io/xhr-polling/${id}/send`, { method: 'POST', body }));
    await post.readResponse();
    expect(names).to.have.length(601);
    expect((await usedBytes()) - used).to.be.below(12 * MEBI);
  });

  /** Where forms are posted, and their field. */
  const FORMS: readonly (readonly [string, string, (port: number) => Promise<string>])[] = [
    ['0.6', 'data=', async (port) => `/socket.io/xhr-polling/${await openPolling(port)}/send`],
    [
      '0.9',
      'd=',
      async (port) => {
        const id = await newSession(port);
        await poll(port, id);
        return `/socket.io/1/jsonp-polling/${id}?i=0`;
      },
    ],
  ];
  for (const [version, name, open] of FORMS) {
    for (const character of ['+', '&', '%', '=']) {
      it(`are no more than the bytes of a form of ${character}, from a client of ${version}`, async () => {
        const { port } = await serve({ maxPayload: 10 * MEBI, maxMessages: 0 });
        const path = await open(port);
        const used = await usedBytes();
        let most = 0;
        const timer = setInterval(() => {
          const { heapUsed, external } = process.memoryUsage();
          most = Math.max(most, heapUsed + external - used);
        }, 1);
        const raw = await RawSocket.connect(port);
        const body = Buffer.alloc(8 * MEBI, character);
        body.write(name);
        raw.write(requestBytes(path, { method: 'POST', body: body.toString('latin1') }));
        expect((await raw.readResponse()).status).to.equal(200);
        clearInterval(timer);
        raw.destroy();
        // the body on both ends of the connection, in pieces and as a whole; it was 300 MB once
        expect(most).to.be.below(100 * MEBI);
      });
    }
  }

  it('are limited for handshakes that wait for authorize, and end with them', async () => {
    const clock = new ManualClock();
    const served = await serve({ ...LIMITS, clock, authorize: () => new Promise(() => undefined) });
    const meter = new Meter(served);
    for (let i = 0; i < 20; i++) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      const raw = await RawSocket.connect(served.port);
      const head = requestBytes('/socket.io/websocket', {
        headers: { Connection: 'Upgrade', Upgrade: 'WebSocket', Origin: 'http://a' },
      });
      raw.write(Buffer.concat([head, Buffer.alloc(500_000, 'x')]));
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      await until(() => served.io._limiter.handshakes === i + 1, 'the handshake');
    }
    await flushEventLoop();
    expect(meter.sum()).to.be.below(20 * 2 * 64 * 1024 + SLACK);
    clock.tick(11_000);
    await until(() => meter.sum() === 0 && meter.sockets === 0, 'the ends of the handshakes');
    expect(served.io._limiter.handshakes).to.equal(0);
  });
});
