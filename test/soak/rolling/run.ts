/**
 * Rolling restarts under load: `npm run soak -- --rolling --clients 300 --restarts 3`.
 *
 * All workers of a cluster are replaced, several times, while clients with delivery send messages, each
 * of which is returned. With `--stay 2`, two further workers are not replaced. Their clients have no
 * delivery, and send messages to each other. Nothing may be lost, doubled or reordered.
 *
 * @module
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Socket } from '../../../client/node/index.js';
import { Order } from '../delivery/order.js';
import type { Done, RollingCommand } from './protocol.js';

const TRANSPORTS = ['websocket', 'xhr-polling', 'server-events'] as const;
const TURN_MS = 25;
/** How long everything may take to arrive when nothing is sent any more. */
const SETTLE_MS = 60_000;

export interface RollingOptions {
  readonly clients: number;
  /** How often all workers are replaced. */
  readonly restarts: number;
  /** Workers that are replaced. */
  readonly processes: number;
  /** Workers that are not replaced; 0: no clients without delivery. */
  readonly stay: number;
  /** Over how many milliseconds each worker drains. */
  readonly over: number;
  /** Seconds from one message to the next of each client. */
  readonly pace: number;
}

export interface Counts {
  clients: number;
  messages: number;
  lost: number;
  doubled: number;
  reordered: number;
}

export interface RollingOutcome {
  readonly delivery: Counts & {
    /** Messages that a client was told may be missing, with `lost`. */
    readonly named: number;
    /** Sessions that continued at another process. */
    readonly moves: number;
  };
  /** Of the clients without delivery: each message is to arrive at all of them. */
  readonly staying: Counts;
  /** Workers that have ended in another way than by a drain. */
  readonly failures: number;
}

abstract class RollingClient {
  readonly socket: Socket;
  sent = 0;

  constructor(port: number, index: number, delivery: boolean) {
    this.socket = new Socket(`http://127.0.0.1:${port}`, {
      delivery,
      transports: [TRANSPORTS[index % TRANSPORTS.length] as string],
      reconnectionDelay: 100,
      maxReconnectionAttempts: 1e9,
    });
    this.socket.on('error', () => undefined);
    this.socket.on('message', (message) => this.take(String(message)));
    this.socket.connect();
  }

  abstract send(): void;
  abstract take(message: string): void;
}

/** A client with delivery: its messages are returned. */
class Moving extends RollingClient {
  readonly #order = new Order();
  named = 0;
  moves = -1;

  constructor(port: number, index: number) {
    super(port, index, true);
    this.socket.on('lost', (messages: readonly unknown[]) => {
      this.named += messages.length;
    });
    this.socket.on('connect', () => {
      if (!this.socket.recovered) this.moves++;
    });
  }

  send(): void {
    this.socket.send(String(++this.sent));
  }

  take(message: string): void {
    if (!message.startsWith('all ')) this.#order.take(Number(message));
  }

  count(counts: Counts): void {
    const { received, doubled, reordered } = this.#order;
    counts.lost += this.sent - (received - doubled);
    counts.doubled += doubled;
    counts.reordered += reordered;
  }
}

/** A client without delivery, whose process is not replaced: its messages are sent to all. */
class Staying extends RollingClient {
  readonly #orders = new Map<string, Order>();
  readonly #name: string;

  constructor(port: number, index: number) {
    super(port, index, false);
    this.#name = String(index);
  }

  send(): void {
    this.socket.send(`all ${this.#name} ${++this.sent}`);
  }

  take(message: string): void {
    const [, name = '', number] = message.split(' ');
    let order = this.#orders.get(name);
    if (!order) this.#orders.set(name, (order = new Order()));
    order.take(Number(number));
  }

  count(counts: Counts, all: readonly Staying[]): void {
    for (const other of all) {
      const order = this.#orders.get(other.#name) ?? new Order();
      counts.lost += other.sent - (order.received - order.doubled);
      counts.doubled += order.doubled;
      counts.reordered += order.reordered;
    }
  }
}

const noCounts = (of: readonly RollingClient[]): Counts => ({
  clients: of.length,
  messages: of.reduce((sum, { sent }) => sum + sent, 0),
  lost: 0,
  doubled: 0,
  reordered: 0,
});

async function run(primary: ChildProcess, command: RollingCommand): Promise<Done> {
  const answer = once(primary, 'message');
  primary.send(command);
  const [done] = (await answer) as [Done];
  return done;
}

async function allConnected(clients: readonly RollingClient[]): Promise<void> {
  while (clients.some(({ socket }) => !socket.connected)) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one look after the other
    await sleep(TURN_MS);
  }
}

/** Each client sends a message every `pace` seconds; returns a function that ends this. */
function sendEvery(pace: number, clients: readonly RollingClient[]): () => void {
  const turns = Math.max(1, Math.round((pace * 1000) / TURN_MS));
  let turn = 0;
  const timer = setInterval(() => {
    turn++;
    for (let i = turn % turns; i < clients.length; i += turns) clients[i]?.send();
  }, TURN_MS);
  return () => clearInterval(timer);
}

export async function soakRolling(options: RollingOptions): Promise<RollingOutcome> {
  const { clients, restarts, processes, stay, over, pace } = options;
  const primary = fork(join(__dirname, 'primary.js'));
  try {
    const staying: Staying[] = [];
    if (stay > 0) {
      const { port } = await run(primary, { kind: 'start', count: stay });
      for (let i = 0; i < TRANSPORTS.length * stay; i++) staying.push(new Staying(port, i));
      await allConnected(staying);
    }
    const { port } = await run(primary, { kind: 'start', count: processes });
    const moving = Array.from({ length: clients }, (_, i) => new Moving(port, i));
    await allConnected(moving);
    const stop = sendEvery(pace, [...moving, ...staying]);
    let failures = 0;
    for (let i = 0; i < restarts; i++) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      ({ failures } = await run(primary, { kind: 'restart', over }));
    }
    stop();
    const count = (): Omit<RollingOutcome, 'failures'> => {
      const delivery = { ...noCounts(moving), named: 0, moves: 0 };
      for (const one of moving) {
        one.count(delivery);
        delivery.named += one.named;
        delivery.moves += one.moves;
      }
      const plain = noCounts(staying);
      for (const one of staying) one.count(plain, staying);
      return { delivery, staying: plain };
    };
    const end = performance.now() + SETTLE_MS;
    let counts = count();
    while (counts.delivery.lost + counts.staying.lost > 0 && performance.now() < end) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one look after the other
      await sleep(100);
      counts = count();
    }
    // What arrives twice arrives soon after.
    await sleep(500);
    counts = count();
    for (const { socket } of [...moving, ...staying]) socket.disconnect();
    return { ...counts, failures };
  } finally {
    primary.disconnect();
  }
}

/** True if nothing was lost, doubled or reordered. */
export function isWhole({ delivery, staying, failures }: RollingOutcome): boolean {
  const faults = [delivery, staying].map(
    ({ lost, doubled, reordered }) => lost + doubled + reordered,
  );
  return faults.every((sum) => sum === 0) && delivery.named === 0 && failures === 0;
}
