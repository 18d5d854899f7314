/**
 * Many clients over all transports through a proxy that breaks connections, and a count of
 * every message: `npm run soak -- --clients 200 --minutes 1 --seed 1`.
 *
 * A message may be lost only if its connection breaks, because the protocol of 0.6 has no
 * acknowledgements. A message that waits for a client without a connection arrives once and in
 * order. The same holds for 0.9, where only polling clients resume their sessions.
 *
 * Each client is sent a burst of one to four messages every `--pace` seconds (2), and sends one
 * every `--pace` seconds. At that pace 2,000 clients and the proxy took 40 % of one core, and their
 * server 19 % of another: there has to be some left over, or the run measures the machine. The load
 * is reported at the end.
 *
 * With `--attacks`, other connections break as attacks do: see attacker.ts. With `--delivery`, see
 * delivery/run.ts. With `--jitter`, see jitter/run.ts. With `--rolling`, see rolling/run.ts.
 *
 * @module
 */
// oxlint-disable-next-line import/no-unassigned-import -- it only has to come first
import './outside-mocha.js';
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { flag, numberOption, readCommand } from '../support/command-line.js';
import { VARIANTS as VARIANTS_OF_0_6 } from '../support/drivers/index.js';
import { Attacker } from './attacker.js';
import { SoakClient } from './client.js';
import { soakDelivery } from './delivery/run.js';
import { jitter } from './jitter/run.js';
import { watchLoad } from './load.js';
import type { SessionRecord } from './session-record.js';
import type { Account, Command, Figures, Load, Reply } from './protocol.js';
import { FaultyProxy } from './proxy.js';
import { Random } from './random.js';
import { isWhole, soakRolling } from './rolling/run.js';
import { V1_SOAK_VARIANTS } from './v1-clients.js';
import { judge, Sums } from './verdict.js';

const VARIANTS = [...VARIANTS_OF_0_6, ...V1_SOAK_VARIANTS];

export interface SoakOptions {
  readonly clients: number;
  readonly minutes: number;
  readonly seed: number;
  /** Seconds from one burst to the next for each client. */
  readonly pace: number;
  /** True: attacks beside the clients. */
  readonly hasAttacks?: boolean;
}

export interface Outcome extends Sums {
  readonly faults: Readonly<Record<string, number>>;
  readonly oddities: Readonly<Record<string, number>>;
  readonly attacks: Readonly<Record<string, number>>;
  readonly before: Figures;
  readonly after: Figures;
  /** Of the process of clients and proxy, and of the server's. */
  readonly load: { readonly clients: Load; readonly server: Load };
}

const STRIKE_MS = 500;
/** The share of the connections that get a fault at each interval. */
const STRIKE_SHARE = 0.01;
const PERCENT_OF_NEW = 3;
/** Longer than the delays of the proxy, and than a client needs to detect a fault and reconnect. */
const SETTLE_MS = 8000;
/** Longer than closeTimeout. */
const GONE_MS = 4500;

/** The process of the server, and its messages. */
class Backend {
  readonly child: ChildProcess;

  constructor(pace: number, hasAttacks: boolean, onAccount: (account: Account) => void) {
    const args = [String(pace), ...(hasAttacks ? ['attacks'] : [])];
    this.child = fork(join(__dirname, 'server.js'), args, {
      execArgv: ['--expose-gc', '--enable-source-maps'],
    });
    this.child.on('message', (reply: Reply) => {
      if (reply.kind === 'account') onAccount(reply.account);
    });
  }

  tell(command: Command): void {
    this.child.send(command);
  }

  next<K extends Reply['kind']>(kind: K): Promise<Extract<Reply, { kind: K }>> {
    return new Promise((resolve, reject) => {
      const onExit = (): void => reject(new Error('The server is gone'));
      this.child.once('exit', onExit);
      this.child.on('message', function onMessage(this: ChildProcess, reply: Reply) {
        if (reply.kind !== kind) return;
        this.off('message', onMessage).off('exit', onExit);
        resolve(reply as Extract<Reply, { kind: K }>);
      });
    });
  }

  async figures(): Promise<Extract<Reply, { kind: 'figures' }>> {
    const reply = this.next('figures');
    this.tell('figures');
    return reply;
  }
}

export async function soak({
  clients,
  minutes,
  seed,
  pace,
  hasAttacks = false,
}: SoakOptions): Promise<Outcome> {
  const random = new Random(seed);
  const sums = new Sums();
  const records = new Map<string, SessionRecord>();
  const oddities = new Map<string, number>();
  /** Sessions that have ended on the server, but perhaps not on the client yet. */
  const ended = new Map<string, Account>();
  const backend = new Backend(pace, hasAttacks, (account) => ended.set(account.sessionId, account));
  const { port } = await backend.next('port');
  const proxy = new FaultyProxy(port, random);
  const proxyPort = await proxy.listen();
  const { figures: before } = await backend.figures();
  const load = watchLoad();

  const crowd = Array.from({ length: clients }, (_, i) => {
    const variant = VARIANTS[i % VARIANTS.length] as (typeof VARIANTS)[number];
    return new SoakClient(variant, { port: proxyPort, random, pace, records, oddities });
  });
  function settleAccounts(isEnd = false): void {
    for (const [id, account] of ended) {
      const record = records.get(id);
      // a client that never received its id is not counted
      if (!record && !isEnd) continue;
      if (record && !record.isOver && !isEnd) continue;
      ended.delete(id);
      records.delete(id);
      if (record) judge(sums, account, record, proxy.cut);
    }
  }
  const running: Promise<void>[] = [];
  for (const client of crowd) {
    running.push(client.run());
    // oxlint-disable-next-line eslint/no-await-in-loop -- not all in one moment
    if (running.length % 20 === 0) await sleep(50);
  }
  proxy.percent = PERCENT_OF_NEW;
  const attacker = hasAttacks ? new Attacker(port, random) : null;
  const end = performance.now() + minutes * 60_000;
  while (performance.now() < end) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one strike after the other
    await sleep(STRIKE_MS);
    proxy.strike(STRIKE_SHARE);
    settleAccounts();
  }
  const { load: serverLoad } = await backend.figures();
  const loads = { clients: load(), server: serverLoad };
  proxy.percent = 0;
  attacker?.stop();
  backend.tell('quiet');
  for (const client of crowd) client.isQuiet = true;
  await sleep(SETTLE_MS);
  const accounts = backend.next('accounts');
  backend.tell('accounts');
  await accounts;
  settleAccounts(true);
  for (const client of crowd) client.stop();
  await Promise.all(running);
  proxy.close();
  await sleep(GONE_MS);
  const { figures: after } = await backend.figures();
  backend.tell('close');
  return Object.assign(sums, {
    faults: Object.fromEntries(proxy.injected),
    oddities: Object.fromEntries(oddities),
    attacks: Object.fromEntries(attacker?.made ?? []),
    before,
    after,
    load: loads,
  });
}

/** True if there was no fault that the protocol does not allow. */
export function isClean({ lost, duplicatedOrReordered, reasons, after }: Outcome): boolean {
  const { heap: _heap, ...left } = after;
  const hasLeft = Object.values(left).some((count) => count !== 0);
  const isCut = 'protocol error' in reasons || 'queue overflow' in reasons;
  return lost === 0 && duplicatedOrReordered === 0 && !hasLeft && !isCut;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

async function main(): Promise<void> {
  const { values } = readCommand({
    name: 'npm run soak --',
    summary: 'Many clients through a proxy that breaks connections, and a count of every message.',
    options: {
      clients: numberOption(200, 'clients'),
      minutes: numberOption(1, 'how long they send'),
      seed: numberOption(Date.now() % 1_000_000, 'the seed of the faults'),
      pace: numberOption(2, 'seconds between two messages of a client'),
      delivery: flag('clients and server with delivery'),
      attacks: flag('other connections break as attacks do'),
      jitter: flag('short interruptions, beside socket.io 4 with recovery'),
      rolling: flag('rolling restarts of a cluster, with the options below'),
      restarts: numberOption(3, 'how often all processes are replaced'),
      processes: numberOption(2, 'processes that are replaced'),
      stay: numberOption(0, 'processes that stay, with clients without delivery'),
      over: numberOption(8000, 'over how many milliseconds a process drains'),
    },
  });
  const { clients, minutes, seed, pace } = values;
  const options = { clients, minutes, seed, pace, hasAttacks: values.attacks };
  console.log('soak', options);
  if (values.rolling) {
    const { restarts, processes, stay, over } = values;
    const outcome = await soakRolling({ clients, restarts, processes, stay, over, pace });
    console.dir(outcome);
    const { messages, lost, doubled } = outcome.delivery;
    console.log(`clients ${clients}, messages ${messages}, lost ${lost}, doubled ${doubled}`);
    process.exit(isWhole(outcome) ? 0 : 1);
  }
  if (values.jitter) {
    const outcomes = await jitter(options);
    console.dir(outcomes, { depth: 4 });
    const { lostSilently = 1, doubled, reordered } = outcomes['delivery'] ?? {};
    process.exit(lostSilently || doubled || reordered ? 1 : 0);
  }
  if (values.delivery) {
    const delivery = await soakDelivery(options);
    console.dir(delivery);
    const { lost, doubled, reordered } = delivery;
    console.log(`lost ${lost}, doubled ${doubled}, reordered ${reordered}`);
    process.exit(lost + doubled + reordered === 0 ? 0 : 1);
  }
  const outcome = await soak(options);
  console.dir(outcome, { depth: 6, maxArrayLength: 200 });
  console.log(`messages sent ${outcome.sentDown + outcome.sentUp}`);
  console.log(`messages received ${outcome.receivedDown + outcome.receivedUp}`);
  console.log(`on their way when a connection was cut ${outcome.excused}`);
  console.log(`faults injected ${Object.values(outcome.faults).reduce((sum, n) => sum + n, 0)}`);
  console.log(`lost ${outcome.lost}`);
  console.log(`duplicated or reordered ${outcome.duplicatedOrReordered}`);
  console.log(
    `heap before ${mebibytes(outcome.before.heap)}, after ${mebibytes(outcome.after.heap)}`,
  );
  for (const [who, { cpu, lag }] of Object.entries(outcome.load)) {
    console.log(`load of the ${who} ${cpu} % of a core, at most ${lag} ms late in 99 of 100 turns`);
  }
  process.exitCode = isClean(outcome) ? 0 : 1;
}

if (require.main === module) void main();
