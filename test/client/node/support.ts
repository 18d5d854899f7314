import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { listen } from '../../../lib/index.js';
import { Socket, type SocketOptions } from '../../../client/node/index.js';
import { afterThisTest } from '../../support/cleanup.js';
import { Queue } from '../../support/queue.js';
import { listenOnLoopback, QUIET } from '../../support/server.js';

/** The transports of the Node client. */
export const TRANSPORTS = ['websocket', 'server-events', 'xhr-polling'] as const;

const FIXTURES = join(__dirname, '..', '..', '..', '..', 'test', 'fixtures');
/** The file of the certificate of {@link serveSecurely}. */
export const CERTIFICATE_FILE: string = join(FIXTURES, 'localhost.crt');
export const CERTIFICATE: Buffer = readFileSync(CERTIFICATE_FILE);

/** Options to reconnect without delay. */
export const AT_ONCE = { reconnectionDelay: 1 } as const;

/** A client with a record of its events in order; it is disconnected after the test. */
export class RecordedSocket {
  readonly socket: Socket;
  readonly #events: Queue<unknown[]> = new Queue();

  constructor(target: string, options?: SocketOptions) {
    this.socket = new Socket(target, options);
    afterThisTest(() => this.socket.disconnect());
    const names = ['connecting', 'connect', 'message', 'heartbeat', 'disconnect', 'error'];
    names.push('connect_failed', 'reconnecting', 'reconnect', 'reconnect_failed');
    for (const name of names) {
      this.socket.on(name, (...args: never[]) => this.#events.push([name, ...args]));
    }
  }

  /** The next event of this name with its arguments, as an array; skips events before it. */
  async next(name: string): Promise<unknown[]> {
    for (;;) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one event after the other
      const event = await this.#events.next(name);
      if (event[0] === name) return event;
    }
  }

  /** The names of the remaining events. */
  async rest(): Promise<unknown[]> {
    const names: unknown[] = [];
    // oxlint-disable-next-line eslint/no-await-in-loop -- one event after the other
    while (this.#events.length > 0) names.push((await this.#events.next('an event'))[0]);
    return names;
  }

  /** The next message. */
  async message(): Promise<unknown> {
    return (await this.next('message'))[1];
  }
}

/** A server with a self-signed certificate for `localhost` and 127.0.0.1. */
export async function serveSecurely(): Promise<number> {
  const key = readFileSync(join(FIXTURES, 'localhost.key'));
  const server = createServer({ cert: CERTIFICATE, key });
  const io = listen(server, { ...QUIET, transports: [...TRANSPORTS] });
  const port = await listenOnLoopback(server);
  afterThisTest(() => io.close());
  io.on('connection', (client) => client.on('message', (message) => client.send(message)));
  return port;
}
