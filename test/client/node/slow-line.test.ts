/**
 * The Node client on a line that is slow or lost. The test fires the timers.
 *
 * @module
 */
import { expect } from 'chai';
import { connect, createServer, type Socket } from 'node:net';
import type { ListenerOptions } from '../../../lib/index.js';
import type { NetworkSockets } from '../../../client/node/progress.js';
import { afterThisTest } from '../../support/cleanup.js';
import { listenOnLoopback, serve, type Served } from '../../support/server.js';
import { flushEventLoop, until } from '../../support/wait.js';
import { RecordedSocket, TRANSPORTS } from './support.js';

const MEBI = 1024 * 1024;
const TIMEOUT_MS = 123_456;
const CLOSE_TIMEOUT_MS = 10_000;
const LARGE = 'x'.repeat(40 * MEBI);

/** Lets the test fire timers. */
class CapturedTimers {
  readonly #timers = new Map<unknown, { readonly callback: () => void; readonly ms: number }>();

  constructor() {
    const { setTimeout: set, clearTimeout: clear } = globalThis;
    globalThis.setTimeout = ((callback: () => void, ms: number) => {
      const timer = set(callback, ms);
      this.#timers.set(timer, { callback, ms });
      return timer;
    }) as typeof setTimeout;
    globalThis.clearTimeout = (timer) => {
      this.#timers.delete(timer);
      clear(timer);
    };
    afterThisTest(() => {
      Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
    });
  }

  /** Fires all timers of a delay. */
  fire(delay: number): void {
    for (const { callback, ms } of Array.from(this.#timers.values())) {
      if (ms === delay) callback();
    }
  }
}

/** A proxy that forwards as many bytes in one direction as the test allows. */
class Valve {
  port = 0;
  /** Bytes that may still pass. */
  #allowed = Infinity;
  readonly #limited: Socket[] = [];

  static async open(target: number, direction: 'up' | 'down'): Promise<Valve> {
    const valve = new Valve();
    const server = createServer((near) => {
      const far = connect(target, '127.0.0.1');
      const [source, sink] = direction === 'up' ? [near, far] : [far, near];
      sink.pipe(source);
      valve.#limit(source, sink);
      for (const socket of [near, far]) {
        socket.on('error', () => {});
        socket.on('close', () => (near.destroy(), far.destroy()));
        afterThisTest(() => socket.destroy());
      }
    });
    valve.port = await listenOnLoopback(
      Object.assign(server, { closeAllConnections() {} }) as never,
    );
    return valve;
  }

  #limit(source: Socket, sink: Socket): void {
    this.#limited.push(source);
    source.on('data', (bytes: Buffer) => {
      this.#allowed -= bytes.length;
      sink.write(bytes);
      if (this.#allowed <= 0) source.pause();
    });
    source.on('end', () => sink.end());
    if (this.#allowed <= 0) source.pause();
  }

  allow(bytes: number): void {
    this.#allowed = bytes;
    for (const source of this.#limited) {
      if (bytes > 0) source.resume();
      else source.pause();
    }
  }
}

interface Scene extends Served {
  readonly timers: CapturedTimers;
  readonly valve: Valve;
  readonly recorded: RecordedSocket;
}

const NO_LIMITS = { maxPayload: 0, maxBuffer: 0 } as const;

async function setUp(transport: string, direction: 'up' | 'down'): Promise<Scene> {
  const timings = { timeout: 1e9, closeTimeout: 1e9, heartbeatInterval: 1e9, duration: 1e9 };
  const options: ListenerOptions = {
    ...NO_LIMITS,
    transports: [...TRANSPORTS],
    transportOptions: { [transport]: timings },
  };
  const served = await serve(options);
  const valve = await Valve.open(served.port, direction);
  const timers = new CapturedTimers();
  const recorded = new RecordedSocket(`http://127.0.0.1:${valve.port}`, {
    transports: [transport],
    transportOptions: { [transport]: { timeout: TIMEOUT_MS } },
    reconnect: false,
    maxPayload: 0,
    serverMaxPayload: 0,
  });
  recorded.socket.connect();
  await recorded.next('connect');
  await flushEventLoop();
  return { ...served, timers, valve, recorded };
}

/** The bytes that the client has received, and a number that grows as the network accepts more. */
function transferred({ recorded }: Scene): { read: number; accepted: number } {
  const transport = recorded.socket.transport as unknown as { sockets(): NetworkSockets };
  const sockets = transport.sockets().filter((socket) => socket !== null && socket !== undefined);
  let [read, accepted] = [0, 0];
  for (const socket of sockets) {
    const { _handle: handle } = socket as unknown as { _handle: { writeQueueSize: number } | null };
    read += socket.bytesRead;
    accepted += socket.bytesWritten - socket.writableLength - (handle?.writeQueueSize ?? 0);
  }
  return { read, accepted };
}

for (const transport of TRANSPORTS) {
  describe(`Socket, on a slow line over ${transport}`, () => {
    it('stays connected while bytes of a message arrive, and only then', async () => {
      const scene = await setUp(transport, 'down');
      const { io, recorded, timers, valve } = scene;
      valve.allow(0);
      // restarts the silence timer with a message that is still allowed
      Object.values(io.clients)[0]?.send(LARGE);
      recorded.socket.transport?.setTimeout();
      for (let part = 0; part < 3; part++) {
        const { read } = transferred(scene);
        valve.allow(MEBI);
        await until(() => transferred(scene).read > read, 'a part of the message');
        timers.fire(TIMEOUT_MS);
        expect(recorded.socket.connected).to.equal(true);
      }
      valve.allow(0);
      let { read } = transferred(scene);
      do {
        ({ read } = transferred(scene));
        timers.fire(TIMEOUT_MS);
        await flushEventLoop();
      } while (transferred(scene).read !== read);
      timers.fire(TIMEOUT_MS);
      expect(recorded.socket.connected).to.equal(false);
    });

    it('stays connected while bytes of a message are accepted, and only then', async () => {
      const scene = await setUp(transport, 'up');
      const { recorded, timers, valve } = scene;
      valve.allow(0);
      recorded.socket.transport?.setTimeout();
      recorded.socket.send(LARGE);
      await flushEventLoop(200);
      for (let part = 0; part < 2; part++) {
        const { accepted } = transferred(scene);
        valve.allow(3 * MEBI);
        await until(() => transferred(scene).accepted > accepted, 'a part of the message');
        timers.fire(TIMEOUT_MS);
        expect(recorded.socket.connected).to.equal(true);
      }
      valve.allow(0);
      let { accepted } = transferred(scene);
      do {
        ({ accepted } = transferred(scene));
        timers.fire(TIMEOUT_MS);
        await flushEventLoop();
      } while (transferred(scene).accepted !== accepted);
      timers.fire(TIMEOUT_MS);
      expect(recorded.socket.connected).to.equal(false);
    });

    it('delivers a message before it closes, while bytes are accepted', async () => {
      const scene = await setUp(transport, 'up');
      const { io, recorded, timers, valve } = scene;
      const received: unknown[] = [];
      io.on('clientMessage', (message) => received.push(message));
      valve.allow(0);
      recorded.socket.send(LARGE).disconnect();
      await flushEventLoop(200);
      for (let part = 0; part < 2; part++) {
        const { accepted } = transferred(scene);
        valve.allow(3 * MEBI);
        await until(() => transferred(scene).accepted > accepted, 'a part of the message');
        timers.fire(CLOSE_TIMEOUT_MS);
      }
      valve.allow(Infinity);
      await until(() => received.length === 1, 'the message');
      expect(received[0] === LARGE).to.equal(true);
      const isOpen = (): boolean => Object.values(io.clients).some((client) => client._open);
      await until(() => !isOpen(), 'the connection to close');
    });
  });
}
