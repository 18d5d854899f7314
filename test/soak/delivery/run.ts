/**
 * Many clients with delivery through a proxy that breaks connections: `npm run soak -- --delivery`.
 * Nothing may be lost, doubled or reordered, also on connections that were cut.
 *
 * @module
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Socket } from '../../../client/node/index.js';
import { TRANSPORTS } from '../../../client/node/options.js';
import { FaultyProxy } from '../proxy.js';
import { Random } from '../random.js';
import type { SoakOptions } from '../run.js';
import { Order } from './order.js';
import type { ServerReport } from './server.js';

const STRIKE_MS = 500;
/** The share of the connections that get a fault at each interval. */
const STRIKE_SHARE = 0.01;
const PERCENT_OF_NEW = 3;
/** How long everything may take to arrive when nothing breaks any more. */
const SETTLE_MS = 45_000;
const LONGEST_BURST = 4;

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
  readonly faults: Readonly<Record<string, number>>;
  readonly reasons: Readonly<Record<string, number>>;
}

/** One client: sends numbers, and counts those that arrive. */
class Soaked {
  readonly socket: Socket;
  sent = 0;
  named = 0;
  /** What has arrived in the latest session, whose numbers begin with 1, and in those before. */
  order: Order = new Order();
  readonly before: Order[] = [];

  constructor(
    readonly name: number,
    port: number,
    transport: string,
  ) {
    this.socket = new Socket(`http://127.0.0.1:${port}`, {
      transports: [transport],
      delivery: true,
      reconnectionDelay: 100,
      maxReconnectionAttempts: 1e9,
      transportOptions: { [transport]: { timeout: 5000 } },
    });
    this.socket.on('error', () => undefined);
    this.socket.on('message', (message) => this.order.take(Number(String(message).slice(1))));
    this.socket.on('lost', (messages: readonly unknown[]) => {
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

function ask(child: ChildProcess): Promise<ServerReport> {
  child.send('report');
  return once(child, 'message').then(([reply]) => (reply as { report: ServerReport }).report);
}

export async function soakDelivery(options: SoakOptions): Promise<DeliveryOutcome> {
  const { clients, minutes, seed, pace } = options;
  const random = new Random(seed);
  const child = fork(join(__dirname, 'server.js'), [String(pace)]);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const proxy = new FaultyProxy(port, random);
  const proxyPort = await proxy.listen();
  const crowd: Soaked[] = [];
  for (let i = 0; i < clients; i++) {
    crowd.push(new Soaked(i, proxyPort, TRANSPORTS[i % TRANSPORTS.length] as string));
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
  const outcome = await settle(crowd, child, Object.fromEntries(proxy.injected));
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
  faults: Readonly<Record<string, number>>,
): Promise<DeliveryOutcome> {
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
        faults,
        reasons: server.reasons,
      };
    }
    // oxlint-disable-next-line eslint/no-await-in-loop -- between two reports
    await sleep(500);
  }
}
