import { expect } from 'chai';
import type { Socket } from 'node:net';
import type { AuthorizeCallback, Client, ListenerOptions } from '../../../lib/index.js';
import { ManualClock } from '../../support/clock.js';
import { RawSocket } from '../../support/raw.js';
import { serve, type Served } from '../../support/server.js';
import { flushEventLoop, until } from '../../support/wait.js';
import type { Dialect, Known } from './dialects.js';

/** How a connection is reset; the second way is the same for the server, without the network's delay. */
export const RESETS = ['by the client', 'by an error of the socket'] as const;
export type Reset = (typeof RESETS)[number];

export function broken(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
}

/** A session with its connection, or poll, open. */
export interface Joined {
  readonly raw: RawSocket;
  readonly client: Client;
}

/** A server, and the connections of one client that are reset. */
export class Path {
  readonly served: Served;
  readonly clock: ManualClock;
  readonly dialect: Dialect;
  /** Pending calls of `authorize`. */
  readonly callbacks: AuthorizeCallback[];
  readonly #reset: Reset;
  /** The server's ends of the connections, by the port of the client. */
  readonly #sockets = new Map<number | undefined, Socket>();
  #attempt = 1;
  #key = '';

  private constructor(
    served: Served,
    clock: ManualClock,
    callbacks: AuthorizeCallback[],
    dialect: Dialect,
    reset: Reset,
  ) {
    this.served = served;
    this.clock = clock;
    this.callbacks = callbacks;
    this.dialect = dialect;
    this.#reset = reset;
    served.server.on('connection', (socket: Socket) => {
      this.#sockets.set(socket.remotePort, socket);
    });
  }

  /** @param isPending true: `authorize` waits until the test calls one of `callbacks` */
  static async create(
    dialect: Dialect,
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
    const served = await serve({ clock, authorize, ...dialect.options(), ...options });
    return new Path(served, clock, callbacks, dialect, reset);
  }

  /** Sends the request for a session. */
  async dial(): Promise<RawSocket> {
    return this.#send(this.dialect.begin(), !this.dialect.hasHandshake);
  }

  /** Sends the request for another connection of a session. */
  async redial(sessionId: string): Promise<RawSocket> {
    this.#attempt++;
    return this.#connect(sessionId);
  }

  /** Begins a session, and opens its first connection. */
  async begin(): Promise<RawSocket> {
    const raw = await this.dial();
    if (!this.dialect.hasHandshake) return raw;
    const { body } = await raw.readResponse();
    return this.redial(body.split(':')[0] as string);
  }

  /** A session, with its connection or poll open. */
  async join(): Promise<Joined> {
    const known = new Set(Object.keys(this.served.io.clients));
    const raw = await this.begin();
    const find = (): Client | undefined =>
      Object.values(this.served.io.clients).find(({ sessionId }) => !known.has(sessionId));
    await until(() => find() !== undefined, 'the session');
    const client = find() as Client;
    if (client.delivery) {
      await raw.bytes.readThrough('~h~d');
      this.#key = (await raw.bytes.readThrough(':')).toString().slice(0, -1);
    }
    if (client._open) return { raw, client };
    const poll = await this.#connect(client.sessionId);
    await until(() => client._open, 'the poll');
    return { raw: poll, client };
  }

  /** What the client knows of a session. */
  known(sessionId: string): Known {
    return { sessionId, key: this.#key, attempt: this.#attempt };
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

  #connect(sessionId: string): Promise<RawSocket> {
    return this.#send(this.dialect.connect(this.known(sessionId)), true);
  }

  async #send(request: Buffer, isConnection: boolean): Promise<RawSocket> {
    const raw = await RawSocket.connect(this.served.port);
    raw.write(request);
    if (isConnection) raw.write(this.dialect.key3);
    return raw;
  }
}
