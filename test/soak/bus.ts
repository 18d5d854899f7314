/**
 * Several processes over Redis, with many clients, while Redis is killed twice and one process once:
 * `npm run soak:bus -- --minutes 10 --clients 1000 --processes 4 --rate 5`.
 *
 * Each client records the number of every message by its sender. What a client has not received
 * must be what `busLost` has reported to its process; nothing arrives twice or out of order. Of
 * the process that is killed, the messages up to the last one that has arrived are judged.
 *
 * @module
 */
// oxlint-disable-next-line import/no-unassigned-import -- it only has to come first
import './outside-mocha.js';
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { numberOption, readCommand } from '../support/command-line.js';
import { EngineServer, REDIS } from '../bus/engine-server.js';
import { BusClient } from './bus-client.js';
import type { BusCommand, BusReply } from './bus-protocol.js';
import { watchLoad } from './load.js';

interface Options {
  readonly minutes: number;
  readonly clients: number;
  readonly processes: number;
  /** Messages a second of each process. */
  readonly rate: number;
  /** Bytes that each process keeps to send again: with few, messages are lost. */
  readonly retained: number;
}

const REDIS_DOWN_MS = 2000;
/** Longer than `repairTimeout`, so that what is lost is reported. */
const SETTLE_MS = 15_000;

class Backend {
  readonly child: ChildProcess;
  readonly clients: BusClient[] = [];
  readonly events: Record<string, number> = {};
  /** How many messages of each other process are reported as lost, by its node. */
  readonly reported = new Map<string, number>();
  port = 0;
  node = '';
  isKilled = false;
  readonly name: string;

  constructor(name: string, redisPort: number, { rate, retained }: Options) {
    this.name = name;
    this.child = fork(
      join(__dirname, 'bus-server.js'),
      [redisPort, name, rate, retained].map(String),
    );
    this.child.on('message', (reply: BusReply) => {
      if (reply.kind === 'event') this.events[reply.event] = (this.events[reply.event] ?? 0) + 1;
      if (reply.kind !== 'lost') return;
      this.reported.set(reply.peer, (this.reported.get(reply.peer) ?? 0) + reply.count);
    });
  }

  async ready(): Promise<void> {
    ({ port: this.port, node: this.node } = await this.next('ready'));
  }

  async ask<K extends BusReply['kind']>(
    command: BusCommand,
    kind: K,
  ): Promise<Extract<BusReply, { kind: K }>> {
    const reply = this.next(kind);
    this.child.send(command);
    return reply;
  }

  next<K extends BusReply['kind']>(kind: K): Promise<Extract<BusReply, { kind: K }>> {
    return new Promise((resolve) => {
      const onMessage = (reply: BusReply): void => {
        if (reply.kind !== kind) return;
        this.child.off('message', onMessage);
        resolve(reply as Extract<BusReply, { kind: K }>);
      };
      this.child.on('message', onMessage);
    });
  }
}

async function allMeet(backends: readonly Backend[]): Promise<void> {
  for (const backend of backends) {
    while ((await backend.ask('state', 'state')).peers !== backends.length - 1) await sleep(100);
  }
}

/** What the clients of one process have not received of one sender, and what was reported of it. */
interface Verdict {
  readonly sent: number;
  readonly lost: number;
  readonly reported: number;
  /** Clients whose losses are not those of their process. */
  readonly unequal: number;
}

function judge(receiver: Backend, sender: Backend, sent: number): Verdict {
  const lost = new Set<number>();
  for (const client of receiver.clients) {
    for (const number of client.missing(sender.name, sent)) lost.add(number);
  }
  let unequal = 0;
  for (const client of receiver.clients) {
    const missing = client.missing(sender.name, sent);
    const expected = [...lost].filter((number) => client.isAddressed(number)).length;
    if (missing.length !== expected) unequal++;
  }
  const reported = receiver.reported.get(sender.node) ?? 0;
  return { sent, lost: lost.size, reported, unequal };
}

async function soak(options: Options): Promise<boolean> {
  const { minutes, clients, processes } = options;
  const redis = await EngineServer.start(REDIS);
  const backends = Array.from(
    { length: processes },
    (_, i) => new Backend(String.fromCharCode(97 + i), redis.port, options),
  );
  process.once('exit', () => backends.forEach(({ child }) => child.kill('SIGKILL')));
  await Promise.all(backends.map((backend) => backend.ready()));
  await allMeet(backends);
  for (let i = 0; i < clients; i++) {
    const backend = backends[i % processes] as Backend;
    // In the order of connecting, as the process gives them their rooms.
    backend.clients.push(await BusClient.open(backend.port, backend.clients.length));
  }
  const load = watchLoad();
  for (const { child } of backends) child.send('start');
  const quarter = (minutes * 60_000) / 4;
  const victim = backends.at(-1) as Backend;
  await sleep(quarter);
  await redis.kill();
  await sleep(REDIS_DOWN_MS);
  await redis.restart();
  await sleep(quarter);
  victim.isKilled = true;
  victim.child.kill('SIGKILL');
  await sleep(quarter);
  await redis.kill();
  await sleep(REDIS_DOWN_MS);
  await redis.restart();
  await sleep(quarter);
  const alive = backends.filter(({ isKilled }) => !isKilled);
  const sent = new Map<string, number>();
  for (const backend of alive) {
    sent.set(backend.name, (await backend.ask('stop', 'sent')).count);
  }
  await sleep(SETTLE_MS);

  let isClean = true;
  let received = 0;
  let disordered = 0;
  for (const receiver of alive) {
    for (const client of receiver.clients) {
      received += client.received;
      disordered += client.disordered;
    }
    for (const sender of backends) {
      const last = Math.max(...receiver.clients.map((client) => client.last(sender.name)));
      const verdict = judge(receiver, sender, sent.get(sender.name) ?? last);
      const what = sender === receiver ? 'local' : sender.isKilled ? 'killed' : 'alive';
      console.log(`${sender.name} (${what}) to ${receiver.name}: ${JSON.stringify(verdict)}`);
      if (verdict.lost !== verdict.reported || verdict.unequal > 0) isClean = false;
    }
    const { rss, waiting } = await receiver.ask('state', 'state');
    const events = JSON.stringify(receiver.events);
    console.log(
      `${receiver.name}: ${events}, RSS ${Math.round(rss / 2 ** 20)} MiB, waiting ${waiting}`,
    );
  }
  console.log(`received ${received}, twice or out of order ${disordered}`);
  console.log(`load of this process: ${JSON.stringify(load())}`);
  await redis.stop();
  return isClean && disordered === 0;
}

const { values } = readCommand({
  name: 'npm run soak:bus --',
  summary: 'Several processes over Redis, while Redis is killed twice and one process once.',
  options: {
    minutes: numberOption(10, 'how long the processes send'),
    clients: numberOption(1000, 'clients'),
    processes: numberOption(4, 'processes'),
    rate: numberOption(5, 'messages a second of each process'),
    retained: numberOption(4 * 1024 * 1024, 'bytes that each process keeps to send again'),
  },
});

async function main(): Promise<void> {
  const isClean = await soak(values);
  console.log(isClean ? '1 passed, 0 failed' : '0 passed, 1 failed');
  process.exit(isClean ? 0 : 1);
}

void main();
