/**
 * The server as a whole, over real sockets.
 *
 * An input is a script: records that begin with a letter, what to do, and a digit, on which
 * connection. A mutation changes the order and the number of steps as well as bytes.
 *
 * @module
 */
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { listen, type Client, type EventChannel, type Listener } from '../../lib/index.js';
import { ErrorTrap } from '../model/error-trap.js';
import { GENERATIONS, TRANSPORTS } from '../model/peers/index.js';
import { frameOf, opening, postOf } from '../model/peers/requests.js';
import { ManualClock } from '../support/clock.js';
import { framed } from '../support/payload.js';
import { listening } from '../support/tcp.js';
import { flushEventLoop, until } from '../support/wait.js';
import { check, type Target } from './target.js';
import { V1_SCRIPTS } from './v1-scripts.js';

const SEPARATOR = '\x1e';
const CONNECTIONS = 4;
/** Longer than every timeout of a session, and of a connection that closes. */
const AGE_MS = 60_000;
const AGES = 8;

function script(...records: readonly string[]): string {
  return records.join(SEPARATOR);
}

const latin1 = (bytes: Buffer): string => bytes.toString('latin1');

/** A session of each kind: opened, sent to, resumed, kicked, closed. */
const SEEDS: readonly string[] = GENERATIONS['0.6'].flatMap((kind) => {
  const request = `W0${latin1(opening(kind, ''))}`;
  const open = request + latin1(kind.key3 ?? Buffer.alloc(0));
  const again = `W2${latin1(opening(kind, 'sid1z'))}${latin1(kind.key3 ?? Buffer.alloc(0))}`;
  const texts = ['hi', '~j~{"a":1}', '~h~1'] as const;
  const message =
    kind.family === 'socket'
      ? `W0${latin1(frameOf(kind, framed(...texts)))}`
      : `W1${latin1(postOf(kind, 'sid1z', texts))}`;
  const end = `W1${latin1(postOf(kind, 'sid1z', [], 'close'))}`;
  return [
    script(open, message, 'S', 'F0', again, 'B'),
    script(open, again, 'K3', 'S', 'R2', 'T'),
    script(open, message, 'K0', end, again),
    // Before the third key, if the kind has one.
    script(request, 'R0'),
  ];
});

/** How programs of 0.6 kicked a client, and how this one does. */
const KICKS: readonly ((client: Client) => unknown)[] = [
  (client) => client.disconnect(),
  (client) => client._onDisconnect(),
  (client) => client._onClose(),
  (client) => client.connection.end(),
  (client) => client.connection.destroy(),
];

/** Answers every event, and requests an answer. */
function answerAll(events: EventChannel): void {
  events.onAny((name, args, answer) => {
    answer?.(...args);
    events.emit(name, ...args, (_answer: unknown) => undefined);
  });
}

/** A server, and the connections of one script to it. */
class Playground {
  readonly #clock = new ManualClock();
  readonly #server: Server = createServer((_request, response) => response.end('app'));
  readonly #accepted = new Set<Socket>();
  readonly #io: Listener;
  readonly #trap = new ErrorTrap();
  readonly #listening: Promise<number>;
  #ids = 0;

  constructor() {
    this.#io = listen(this.#server, {
      clock: this.#clock,
      log: false,
      flashPolicyServer: false,
      transports: TRANSPORTS,
      generateId: () => `sid${++this.#ids}z`,
      maxPayload: 2000,
      maxQueue: 50,
      maxBuffer: 20_000,
    });
    this.#io.on('clientMessage', (message, client) => client.send(message));
    this.#io.on('connection', ({ protocol, events }) => {
      if (protocol === '0.9') answerAll(events);
    });
    this.#io.of('/chat').on('connection', ({ events }) => answerAll(events));
    this.#server.on('connection', (socket: Socket) => {
      this.#accepted.add(socket);
      socket.once('close', () => this.#accepted.delete(socket));
    });
    this.#listening = listening(this.#server);
  }

  /** Runs a script; throws if anything is wrong after it. */
  async run(text: string): Promise<void> {
    const port = await this.#listening;
    const sockets = new Map<number, Socket>();
    this.#ids = 0;
    for (const record of text.split(SEPARATOR)) {
      this.#do(record, (number) => {
        const known = sockets.get(number);
        if (known && !known.destroyed) return known;
        const socket = connect(port, '127.0.0.1');
        socket.setNoDelay(true).on('error', () => undefined);
        socket.resume();
        sockets.set(number, socket);
        return socket;
      });
      // oxlint-disable-next-line eslint/no-await-in-loop -- one step after the other
      await flushEventLoop(3);
    }
    for (const socket of sockets.values()) socket.destroy();
    await this.#checkNothingLeft();
    const [error] = this.#trap.errors.splice(0);
    if (error) throw error as Error;
  }

  close(): void {
    this.#trap.release();
    this.#io.close();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #do(record: string, dial: (number: number) => Socket): void {
    const number = (record.charCodeAt(1) || 0) % CONNECTIONS;
    const client = Object.values(this.#io.clients).at(-1);
    switch (record.charAt(0)) {
      case 'F':
        dial(number).end();
        break;
      case 'R':
        dial(number).resetAndDestroy();
        break;
      case 'K':
        if (client) KICKS[(record.charCodeAt(1) || 0) % KICKS.length]?.(client);
        break;
      case 'S':
        client?.send(record);
        break;
      case 'B':
        this.#io.broadcast(record);
        break;
      case 'T':
        this.#clock.tick((record.charCodeAt(1) || 0) * 100);
        break;
      default:
        dial(number).write(Buffer.from(record.slice(2), 'latin1'));
    }
  }

  /** The clients are gone: connections close, and the sessions end when their time is up. */
  async #checkNothingLeft(): Promise<void> {
    await until(() => this.#accepted.size === 0, 'the connections to close');
    const isPending = (): boolean =>
      Object.keys(this.#io.clients).length > 0 || this.#io._limiter.handshakes > 0;
    for (let i = 0; i < AGES && isPending(); i++) {
      this.#clock.tick(AGE_MS);
      // oxlint-disable-next-line eslint/no-await-in-loop -- time passes in pieces
      await flushEventLoop(3);
    }
    check(Object.keys(this.#io.clients).length === 0, 'no session is left');
    check(this.#io._timers.size === 0, 'no timer is left');
    check(this.#io._limiter.handshakes === 0, 'no handshake is pending');
  }
}

function serverTarget(name: string, seeds: readonly string[]): Target {
  let playground: Playground | null = null;
  return {
    name,
    seeds,
    batch: 32,
    run: (bytes) => (playground ??= new Playground()).run(latin1(bytes)),
    close() {
      playground?.close();
      playground = null;
    },
  };
}

export const SERVER_TARGET: Target = serverTarget('the server over real sockets', SEEDS);

export const V1_SERVER_TARGET: Target = serverTarget(
  'the server of protocol 1 over real sockets',
  V1_SCRIPTS.map((records) => script(...records)),
);
