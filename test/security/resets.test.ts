/**
 * Connections that are reset at every step of every path: the process continues, and nothing is
 * left.
 *
 * @module
 */
import { expect } from 'chai';
import type { Socket } from 'node:net';
import type { AuthorizeCallback, Client, ListenerOptions } from '../../lib/index.js';
import { ManualClock } from '../support/clock.js';
import { expectAlive } from '../support/checks.js';
import { HttpDriver, VARIANTS, type Variant } from '../support/drivers/index.js';
import { HANDSHAKE, KEY3 } from '../support/frames.js';
import { framed } from '../support/payload.js';
import { form, RawSocket, requestBytes } from '../support/raw.js';
import { serve, type Served } from '../support/server.js';
import { flushEventLoop, until } from '../support/wait.js';

/** How a connection is reset; the second way is the same for the server, without the network's delay. */
const RESETS = ['by the client', 'by an error of the socket'] as const;
type Reset = (typeof RESETS)[number];

function broken(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
}

class Path {
  readonly served: Served;
  readonly clock: ManualClock;
  readonly isHttp: boolean;
  readonly callbacks: AuthorizeCallback[];
  readonly #variant: Variant;
  readonly #reset: Reset;
  /** The server's ends of the connections, by the port of the client. */
  readonly #sockets = new Map<number | undefined, Socket>();

  private constructor(
    served: Served,
    clock: ManualClock,
    callbacks: AuthorizeCallback[],
    variant: Variant,
    reset: Reset,
  ) {
    this.served = served;
    this.clock = clock;
    this.callbacks = callbacks;
    this.#variant = variant;
    this.#reset = reset;
    this.isHttp = variant.create(0) instanceof HttpDriver;
    served.server.on('connection', (socket: Socket) => {
      this.#sockets.set(socket.remotePort, socket);
    });
  }

  /** @param isPending true: `authorize` waits until the test calls one of `callbacks` */
  static async create(
    variant: Variant,
    reset: Reset,
    isPending = false,
    options: ListenerOptions = {},
  ): Promise<Path> {
    const clock = new ManualClock();
    const callbacks: AuthorizeCallback[] = [];
    const authorize = (_request: unknown, callback: AuthorizeCallback): void => {
      if (isPending) callbacks.push(callback);
      else callback(null, true);
    };
    const served = await serve({ clock, authorize, ...options });
    return new Path(served, clock, callbacks, variant, reset);
  }

  /** Sends the request that opens a session, or another connection of one. */
  async dial(sessionId = ''): Promise<RawSocket> {
    const raw = await RawSocket.connect(this.served.port);
    const driver = this.#variant.create(this.served.port);
    raw.write(driver.opening(sessionId));
    if (this.#variant.name.includes('76')) raw.write(KEY3);
    return raw;
  }

  /** A session, with its connection or poll open. */
  async join(): Promise<{ raw: RawSocket; client: Client }> {
    const known = new Set(Object.keys(this.served.io.clients));
    const raw = await this.dial();
    const find = (): Client | undefined =>
      Object.values(this.served.io.clients).find(({ sessionId }) => !known.has(sessionId));
    await until(() => find() !== undefined, 'the session');
    const client = find() as Client;
    if (client._open) return { raw, client };
    const poll = await this.dial(client.sessionId);
    await until(() => client._open, 'the poll');
    return { raw: poll, client };
  }

  kill(raw: RawSocket): void {
    if (this.#reset === 'by the client') raw.reset();
    else this.#sockets.get(raw.port)?.destroy(broken());
  }

  /** The server continues, and every session ends by itself. */
  async expectNothingLeft(): Promise<void> {
    const { io } = this.served;
    for (let i = 0; i < 4; i++) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- time passes in pieces
      await flushEventLoop();
      this.clock.tick(30_000);
    }
    expect(Object.keys(io.clients)).to.deep.equal([]);
    expect(io._limiter.handshakes).to.equal(0);
    expect(io._timers.size).to.equal(0);
  }
}

/** All ways in which an application ends a client or its connection. */
const KICKS: Readonly<Record<string, (client: Client) => unknown>> = {
  'disconnect()': (client) => client.disconnect(),
  '_onDisconnect()': (client) => client._onDisconnect(),
  '_onClose()': (client) => client._onClose(),
  'connection.end()': (client) => client.connection.end(),
  'connection.destroy()': (client) => client.connection.destroy(),
  'connection.destroySoon()': (client) => client.connection.destroySoon(),
  'connection.end(), then _onDisconnect()': (client) => {
    client.connection.end();
    client._onDisconnect();
  },
};

const VERDICTS: Readonly<Record<string, (callback: AuthorizeCallback) => void>> = {
  accepts: (callback) => callback(null, true),
  refuses: (callback) => callback(null, false),
  'fails with an error': (callback) => callback(new Error('on purpose')),
};

const SIMPLE = VARIANTS.filter(({ name }) => !/third key/.test(name));

for (const variant of SIMPLE) {
  for (const reset of RESETS) {
    describe(`a connection of ${variant.name} that is reset ${reset}`, () => {
      for (const [what, decide] of Object.entries(VERDICTS)) {
        for (const isFirst of [true, false]) {
          it(`${isFirst ? 'before' : 'as'} authorize ${what} is harmless`, async () => {
            const path = await Path.create(variant, reset, true);
            const raw = await path.dial();
            await until(() => path.callbacks.length === 1, 'authorize');
            path.kill(raw);
            if (isFirst) await flushEventLoop();
            const [callback] = path.callbacks;
            if (callback) decide(callback);
            await path.expectNothingLeft();
          });
        }
      }

      it('after it was refused is harmless', async () => {
        for (const options of [
          { authorize: () => false },
          { maxSessions: 1 },
          { origins: 'other.example:*' },
        ] satisfies ListenerOptions[]) {
          // oxlint-disable eslint/no-await-in-loop -- one server after the other
          const path = await Path.create(variant, reset, false, options);
          const raws = [await path.dial(), await path.dial()];
          // in the turn in which the second one is refused
          path.served.io.once('refused', () => raws.forEach((raw) => path.kill(raw)));
          await flushEventLoop();
          for (const raw of raws) path.kill(raw);
          await path.expectNothingLeft();
          // oxlint-enable eslint/no-await-in-loop
        }
      });

      for (const event of ['clientConnect', 'connection', 'disconnect', 'clientDisconnect']) {
        it(`in a handler of ${event} is harmless`, async () => {
          const path = await Path.create(variant, reset);
          let calls = 0;
          const kill = (client: Client): void => {
            calls++;
            client.connection.destroy(broken());
            client.send('too late');
          };
          path.served.io.on('connection', (client) => {
            if (event === 'disconnect') client.on('disconnect', () => kill(client));
          });
          if (event !== 'disconnect') path.served.io.on(event as 'connection', kill);
          await path.dial();
          await until(() => Object.keys(path.served.io.clients).length > 0 || calls > 0);
          for (const client of Object.values(path.served.io.clients)) client.disconnect();
          await path.expectNothingLeft();
          expect(calls).to.equal(1);
        });
      }

      for (const [name, kick] of Object.entries(KICKS)) {
        for (const moment of ['in the turn of', 'after'] as const) {
          it(`${moment} ${name} is harmless`, async () => {
            const path = await Path.create(variant, reset);
            const { raw, client } = await path.join();
            client.send('last words');
            kick(client);
            if (moment === 'after') await flushEventLoop();
            path.kill(raw);
            client.send('too late');
            await path.expectNothingLeft();
          });
        }

        it(`with an upgrade after ${name} is harmless`, async () => {
          const path = await Path.create(variant, reset);
          if (!path.isHttp) return;
          const { raw, client } = await path.join();
          raw.write(requestBytes('/socket.io/websocket', { headers: HANDSHAKE }));
          await flushEventLoop();
          kick(client);
          raw.write(
            requestBytes(`/socket.io/xhr-polling/${client.sessionId}`, { headers: HANDSHAKE }),
          );
          await flushEventLoop();
          path.kill(raw);
          await path.expectNothingLeft();
        });
      }

      it('while it takes the queue of a session that is being ended is harmless', async () => {
        const path = await Path.create(variant, reset, false, {
          transportOptions: { [variant.create(0).transport]: { closeTimeout: 5000 } },
        });
        const { raw, client } = await path.join();
        path.kill(raw);
        await until(() => !client._open, 'the client to be away');
        client.send('x'.repeat(100_000)).disconnect();
        for (let i = 0; i < 3; i++) {
          // oxlint-disable eslint/no-await-in-loop -- one after the other
          const next = await path.dial(client.sessionId);
          await flushEventLoop(i * 3);
          path.kill(next);
          await flushEventLoop();
          // oxlint-enable eslint/no-await-in-loop
        }
        await path.expectNothingLeft();
      });

      it('while more waits for it than the system takes is harmless', async () => {
        const path = await Path.create(variant, reset);
        const { raw, client } = await path.join();
        raw.socket.pause();
        for (let i = 0; i < 8; i++) client.send('x'.repeat(1_000_000));
        await flushEventLoop();
        path.kill(raw);
        client.send('too late');
        await path.expectNothingLeft();
      });

      it('as the Listener closes is harmless', async () => {
        for (const isAfter of [false, true]) {
          // oxlint-disable eslint/no-await-in-loop -- one server after the other
          const path = await Path.create(variant, reset);
          const { raw, client } = await path.join();
          const waiting = await path.dial();
          client.send('last words');
          const closed = path.served.io.close();
          if (isAfter) await flushEventLoop();
          for (const one of [raw, waiting]) path.kill(one);
          await path.expectNothingLeft();
          await closed;
          // oxlint-enable eslint/no-await-in-loop
        }
      });

      it('in the middle of a POST is harmless', async () => {
        const path = await Path.create(variant, reset);
        if (!path.isHttp) return;
        const { raw, client } = await path.join();
        const url = `/socket.io/${client.transport}/${client.sessionId}/send/1/0`;
        const bytes = requestBytes(url, { method: 'POST', body: form(framed('x'.repeat(40_000))) });
        for (const cut of [40, bytes.length - 20_000, bytes.length - 1, bytes.length]) {
          // oxlint-disable eslint/no-await-in-loop -- one after the other
          const post = await RawSocket.connect(path.served.port);
          post.write(bytes.subarray(0, cut));
          await flushEventLoop();
          path.kill(post);
          await flushEventLoop();
          // oxlint-enable eslint/no-await-in-loop
        }
        expect(client._heldSize).to.equal(0);
        path.kill(raw);
        await path.expectNothingLeft();
      });

      it('does not keep others from connecting', async () => {
        const path = await Path.create(variant, reset);
        const { raw } = await path.join();
        path.kill(raw);
        await expectAlive(path.served);
      });
    });
  }
}
