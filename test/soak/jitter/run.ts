/**
 * Clients whose network is offline again and again, with delivery, without it, and with socket.io 4
 * and its connection state recovery, all in the same run: `npm run soak -- --jitter`.
 *
 * @module
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { io } from 'socket.io-client4';
import { Socket } from '../../../client/node/index.js';
import { Order } from '../delivery/order.js';
import { Random } from '../random.js';
import type { SoakOptions } from '../run.js';
import { FlakyLine } from './flaky-line.js';
import type { JitterReport } from './server.js';

export const CONTENDERS = ['delivery', 'plain', 'socket.io'] as const;
export type Contender = (typeof CONTENDERS)[number];

const TURN_MS = 1000;
const STEP_MS = 100;
const CUT_EVERY_MS = 15_000;
const OFFLINE_MS = 2000;
/** How long everything may take to arrive when nothing breaks any more, on a busy machine too. */
const SETTLE_MS = 60_000;
/** The same for contenders that may lose messages, and would wait for them in vain. */
const LOSSY_SETTLE_MS = 20_000;
const PERCENT = 100;

export interface JitterOutcome {
  readonly sent: number;
  /** Percent of what was sent, by kind. */
  readonly broadcasts: number;
  readonly directs: number;
  readonly up: number;
  /** Messages that have not arrived, and that neither side was informed of. */
  readonly lostSilently: number;
  readonly named: number;
  readonly doubled: number;
  readonly reordered: number;
  /** From the loss of the connection to the next one, in milliseconds. */
  readonly recovery: { readonly p50: number; readonly p99: number };
  readonly cuts: number;
}

/** One user: what it has sent and received, with any client. */
class User {
  sent = 0;
  named = 0;
  readonly broadcasts: Order = new Order();
  readonly directs: Order = new Order();
  readonly recoveries: number[] = [];
  #lostAt = 0;
  #send: (text: string) => void = () => undefined;
  #close: () => void = () => undefined;

  constructor(contender: Contender, name: string, port: number) {
    const url = `http://127.0.0.1:${port}`;
    if (contender === 'socket.io') {
      const socket = io(url, { auth: { user: name }, transports: ['websocket'], forceNew: true });
      socket.on('connect', () => this.#onConnect());
      socket.on('disconnect', () => (this.#lostAt = performance.now()));
      socket.on('message', (text: string) => this.#take(text));
      this.#send = (text) => socket.emit('message', text);
      this.#close = () => socket.disconnect();
      return;
    }
    const socket = new Socket(url, {
      transports: ['websocket'],
      delivery: contender === 'delivery',
      maxReconnectionAttempts: 1e9,
    });
    let id: string | null = null;
    socket.on('error', () => undefined);
    socket.on('connect', () => {
      // The application has to name the user of a new session.
      if (socket.sessionId !== id) socket.send(name);
      id = socket.sessionId;
      this.#onConnect();
    });
    socket.on('disconnect', () => (this.#lostAt = performance.now()));
    socket.on('message', (message) => this.#take(String(message)));
    socket.on('lost', (messages: readonly unknown[]) => (this.named += messages.length));
    socket.connect();
    this.#send = (text) => socket.send(text);
    this.#close = () => socket.disconnect();
  }

  send(): void {
    this.#send(String(++this.sent));
  }

  close(): void {
    this.#close();
  }

  #onConnect(): void {
    if (this.#lostAt > 0) this.recoveries.push(performance.now() - this.#lostAt);
  }

  #take(text: string): void {
    const order = text.startsWith('b') ? this.broadcasts : this.directs;
    order.take(Number(text.slice(1)));
  }
}

function arrived(order: Order): number {
  return order.received - order.doubled;
}

/** A part in percent, rounded down to two digits. */
function share(part: number, whole: number): number {
  return Math.floor((part / whole) * PERCENT * PERCENT) / PERCENT;
}

function ask(child: ChildProcess): Promise<JitterReport> {
  child.send('report');
  return once(child, 'message').then(([reply]) => (reply as { report: JitterReport }).report);
}

/** One contender: its server, and its users, each with a network of its own. */
class Crowd {
  readonly users: User[] = [];
  readonly lines: FlakyLine[] = [];
  cuts = 0;
  readonly #contender: Contender;
  readonly #server: ChildProcess;

  constructor(contender: Contender) {
    this.#contender = contender;
    this.#server = fork(join(__dirname, 'server.js'), [contender]);
  }

  async open(count: number): Promise<void> {
    const [{ port }] = (await once(this.#server, 'message')) as [{ port: number }];
    for (let i = 0; i < count; i++) {
      const line = new FlakyLine(port);
      // oxlint-disable-next-line eslint/no-await-in-loop -- not all at the same moment
      this.users.push(new User(this.#contender, `user${i}`, await line.listen()));
      this.lines.push(line);
    }
    // oxlint-disable-next-line eslint/no-await-in-loop -- one report after the other
    while ((await ask(this.#server)).users < count) await sleep(100);
  }

  start(): void {
    this.#server.send('start');
  }

  cut(at: number): void {
    this.cuts++;
    this.lines[at]?.cut(OFFLINE_MS);
  }

  async finish(): Promise<JitterOutcome> {
    this.#server.send('quiet');
    let outcome = this.#judge(await ask(this.#server));
    const settle = this.#contender === 'delivery' ? SETTLE_MS : LOSSY_SETTLE_MS;
    for (const end = performance.now() + settle; outcome.lostSilently > 0;) {
      if (performance.now() > end) break;
      // oxlint-disable-next-line eslint/no-await-in-loop -- between two reports
      await sleep(500);
      // oxlint-disable-next-line eslint/no-await-in-loop -- one report after the other
      outcome = this.#judge(await ask(this.#server));
    }
    for (const user of this.users) user.close();
    for (const line of this.lines) line.close();
    this.#server.kill();
    return outcome;
  }

  #judge(server: JitterReport): JitterOutcome {
    const { users } = this;
    const sum = (of: (user: User) => number): number => users.reduce((n, one) => n + of(one), 0);
    const up = sum((user) => user.sent);
    const broadcasts = sum((user) => arrived(user.broadcasts));
    const directs = sum((user) => arrived(user.directs));
    const down = users.length * (server.broadcasts + server.directs);
    const named = server.named + sum((user) => user.named);
    const both = (of: (order: Order) => number): number =>
      sum((user) => of(user.broadcasts) + of(user.directs));
    const recoveries = users.flatMap((user) => user.recoveries).toSorted((a, b) => a - b);
    const percentile = (p: number): number =>
      Math.round(recoveries[Math.floor(((recoveries.length - 1) * p) / PERCENT)] ?? 0);
    return {
      sent: up + down,
      broadcasts: share(broadcasts, users.length * server.broadcasts),
      directs: share(directs, users.length * server.directs),
      up: share(server.received, up),
      lostSilently: Math.max(0, up + down - broadcasts - directs - server.received - named),
      named,
      doubled: server.doubled + both((order) => order.doubled),
      reordered: server.reordered + both((order) => order.reordered),
      recovery: { p50: percentile(50), p99: percentile(99) },
      cuts: this.cuts,
    };
  }
}

/** All contenders at the same time, with the same cuts. */
export async function jitter(
  { clients, minutes, seed }: SoakOptions,
  contenders: readonly Contender[] = CONTENDERS,
): Promise<Record<string, JitterOutcome>> {
  const random = new Random(seed);
  const crowds = contenders.map((contender) => new Crowd(contender));
  await Promise.all(crowds.map((crowd) => crowd.open(clients)));
  for (const crowd of crowds) crowd.start();
  const sending = setInterval(() => {
    for (const { users } of crowds) for (const user of users) user.send();
  }, TURN_MS);
  const end = performance.now() + minutes * 60_000;
  while (performance.now() < end) {
    for (let i = 0; i < clients; i++) {
      if (random.below(CUT_EVERY_MS) >= STEP_MS) continue;
      for (const crowd of crowds) crowd.cut(i);
    }
    // oxlint-disable-next-line eslint/no-await-in-loop -- one step after the other
    await sleep(STEP_MS);
  }
  clearInterval(sending);
  await sleep(OFFLINE_MS);
  const outcomes = await Promise.all(crowds.map((crowd) => crowd.finish()));
  return Object.fromEntries(contenders.map((name, i) => [name, outcomes[i] as JitterOutcome]));
}
