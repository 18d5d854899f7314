/**
 * Many clients with delivery, over every transport, through a proxy that breaks connections: `npm run
 * soak -- --delivery`. Nothing may be lost, doubled or reordered, also on connections that were cut.
 *
 * @module
 */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Socket } from '../../../client/node/index.js';
import { watchLoad } from '../load.js';
import type { Load } from '../protocol.js';
import { FaultyProxy } from '../proxy.js';
import { Random } from '../random.js';
import type { SoakOptions } from '../run.js';
import { Order } from './order.js';
import { useAllTransports } from './transports.js';
import type { ServerMessage, ServerReport, SessionEnd } from './server.js';

const STRIKE_MS = 500;
/** The share of the connections that get a fault at each interval. */
const STRIKE_SHARE = 0.01;
const PERCENT_OF_NEW = 3;
/** How long everything may take to arrive when nothing breaks any more. */
const SETTLE_MS = 60_000;
const LONGEST_BURST = 4;
const CONNECT_MS = 20_000;
/** A connection counts as lost when so much time has passed after a burst was due, in milliseconds. */
const SILENCE_MS = 5000;

export interface DeliveryOutcome {
  readonly sent: number;
  readonly received: number;
  /** Neither received, nor named in `lost`. */
  readonly lost: number;
  readonly doubled: number;
  readonly reordered: number;
  /** Messages that were named in `lost`: in doubt. */
  readonly named: number;
  readonly sessions: number;
  readonly connections: number;
  /** Clients by transport. */
  readonly transports: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  /** How many sessions have ended, by transport, reason, and what their client knew. */
  readonly ends: Readonly<Record<string, number>>;
  /** Of the process of clients and proxy. */
  readonly load: Load;
}

/** One client: sends numbers, and counts those that arrive. */
class Soaked {
  readonly socket: Socket;
  sent = 0;
  named = 0;
  /** What has arrived in the latest session, whose numbers begin with 1, and in those before. */
  order: Order = new Order();
  readonly before: Order[] = [];

  /** The sessions that it has had; true: it has given the session up. */
  readonly sessions: Map<string, boolean> = new Map();

  constructor(
    readonly name: number,
    port: number,
    transport: string,
    pace: number,
    moves: boolean,
  ) {
    this.socket = new Socket(`http://127.0.0.1:${port}`, {
      // The options accept a list with a transport of the Node client only.
      transports: [transport, 'websocket'],
      tryTransportsOnConnectTimeout: false,
      delivery: true,
      reconnectionDelay: 100,
      // On a busy machine, the response to an attempt may take longer than the default of 5 s.
      connectTimeout: CONNECT_MS,
      maxReconnectionAttempts: 1e9,
      // Otherwise each client that has nothing to receive would reconnect again and again.
      transportOptions: { [transport]: { timeout: pace * 1000 + SILENCE_MS } },
    });
    // Otherwise a client over HTTP moves to a WebSocket, and back when that breaks.
    if (!moves) this.socket.options.transports = [transport];
    this.socket.on('error', () => undefined);
    this.socket.on('message', (message) => this.order.take(Number(String(message).slice(1))));
    let id = '';
    this.socket.on('connect', () => {
      id = this.socket.sessionId ?? '';
      this.sessions.set(id, false);
    });
    this.socket.on('lost', (messages: readonly unknown[]) => {
      this.sessions.set(id, true);
      this.named += messages.length;
      this.before.push(this.order);
      this.order = new Order();
    });
    this.socket.connect();
  }

  send(): void {
    this.socket.send(`${this.name}.${++this.sent}`);
  }

  sum(of: (order: Order) => number): number {
    return [...this.before, this.order].reduce((n, order) => n + of(order), 0);
  }
}

/** How often each name occurs. */
function count(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** The next message of the server of a kind. */
function next<K extends keyof ServerMessage>(
  child: ChildProcess,
  kind: K,
): Promise<NonNullable<ServerMessage[K]>> {
  return new Promise((resolve) => {
    child.on('message', function onMessage(message: ServerMessage) {
      const value = message[kind];
      if (value === undefined) return;
      child.off('message', onMessage);
      resolve(value);
    });
  });
}

function ask(child: ChildProcess): Promise<ServerReport> {
  child.send('report');
  return next(child, 'report');
}

/** Counts the ends of sessions, from now on. */
function countEnds(child: ChildProcess, crowd: readonly Soaked[]): Record<string, number> {
  const ends: Record<string, number> = {};
  const onEnd = ({ sessionId, transport, reason }: SessionEnd): void => {
    const owner = crowd.find(({ sessions }) => sessions.has(sessionId));
    const isGivenUp = owner?.sessions.get(sessionId) === true;
    const what = !owner ? 'never had it' : isGivenUp ? 'had given it up' : 'has not come back';
    const kind = `${transport}: ${reason}, the client ${what}`;
    ends[kind] = (ends[kind] ?? 0) + 1;
  };
  child.on('message', ({ end }: ServerMessage) => end && onEnd(end));
  return ends;
}

export async function soakDelivery(options: SoakOptions): Promise<DeliveryOutcome> {
  const { clients, minutes, seed, pace } = options;
  const random = new Random(seed);
  const child = fork(join(__dirname, 'server.js'), [String(pace)]);
  const port = await next(child, 'port');
  const proxy = new FaultyProxy(port, random);
  const proxyPort = await proxy.listen();
  const transports = useAllTransports();
  const crowd: Soaked[] = [];
  const ends = countEnds(child, crowd);
  const load = watchLoad();
  for (let i = 0; i < clients; i++) {
    const transport = transports[i % transports.length] as string;
    const moves = Math.floor(i / transports.length) % 2 === 1;
    crowd.push(new Soaked(i, proxyPort, transport, pace, moves));
    // oxlint-disable-next-line eslint/no-await-in-loop -- not all at the same moment
    if (i % 20 === 0) await sleep(50);
  }
  proxy.percent = PERCENT_OF_NEW;
  const ticks = Math.max(1, Math.round((pace * 1000) / 100));
  let tick = 0;
  const sending = setInterval(() => {
    tick++;
    for (const one of crowd) {
      if ((one.name + tick) % ticks !== 0) continue;
      for (let burst = (one.name + tick) % LONGEST_BURST; burst >= 0; burst--) one.send();
    }
  }, 100);
  const end = performance.now() + minutes * 60_000;
  while (performance.now() < end) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one strike after the other
    await sleep(STRIKE_MS);
    proxy.strike(STRIKE_SHARE);
  }
  proxy.percent = 0;
  clearInterval(sending);
  child.send('quiet');
  const faults = Object.fromEntries(proxy.injected);
  const outcome = { ...(await settle(crowd, child)), faults, ends: { ...ends }, load: load() };
  for (const { socket } of crowd) socket.disconnect();
  await sleep(500);
  proxy.close();
  child.kill();
  return outcome;
}

/** Waits until everything has arrived, at most for a while. */
async function settle(
  crowd: readonly Soaked[],
  child: ChildProcess,
): Promise<Omit<DeliveryOutcome, 'faults' | 'ends' | 'load'>> {
  const total = (of: (one: Soaked) => number): number => crowd.reduce((n, one) => n + of(one), 0);
  const end = performance.now() + SETTLE_MS;
  for (;;) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one report after the other
    const server = await ask(child);
    const sentUp = total((one) => one.sent);
    const receivedDown = total((one) => one.sum((order) => order.received - order.doubled));
    const namedUp = total((one) => one.named);
    const missingUp = sentUp - (server.received - server.doubled);
    const missingDown = server.sent - receivedDown;
    const waits = total((one) => one.socket.unacknowledged()) > 0;
    // What was named may have arrived: it is in doubt.
    const lost = Math.max(0, missingUp - namedUp) + Math.max(0, missingDown - server.named);
    if ((lost === 0 && !waits) || performance.now() > end) {
      return {
        sent: sentUp + server.sent,
        received: server.received + receivedDown,
        lost,
        doubled: server.doubled + total((one) => one.sum((order) => order.doubled)),
        reordered: server.reordered + total((one) => one.sum((order) => order.reordered)),
        named: namedUp + server.named,
        sessions: server.sessions,
        connections: server.connections,
        transports: count(crowd.map(({ socket }) => socket.transport?.type ?? 'none')),
      };
    }
    // oxlint-disable-next-line eslint/no-await-in-loop -- between two reports
    await sleep(500);
  }
}
