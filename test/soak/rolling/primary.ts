/**
 * The primary of the soak of rolling restarts: it replaces one worker after the other. The new worker
 * serves before the old one drains.
 *
 * @module
 */
import cluster, { type Worker } from 'node:cluster';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { relay } from '../../../lib/bus/index.js';
import type { Done, Drain, RollingCommand } from './protocol.js';

const SECRET = randomBytes(32).toString('hex');
let port = 0;
let failures = 0;
let workers: Worker[] = [];

async function start(): Promise<Worker> {
  const worker = cluster.fork({ SECRET });
  worker.on('error', () => {}); // it has ended while a message was sent to it
  worker.on('exit', (code) => {
    if (code !== 0) failures++;
  });
  const [address] = (await once(worker, 'listening')) as [{ port: number }];
  port = address.port;
  return worker;
}

async function replace(worker: Worker, over: number): Promise<Worker> {
  const next = await start();
  const gone = once(worker, 'exit');
  const command: Drain = { kind: 'drain', over };
  worker.send(command);
  await gone;
  return next;
}

async function run(command: RollingCommand): Promise<void> {
  if (command.kind === 'start') {
    workers = await Promise.all(Array.from({ length: command.count }, start));
  } else {
    for (const [i, worker] of workers.entries()) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      workers[i] = await replace(worker, command.over);
    }
  }
  const done: Done = { port, failures };
  process.send?.(done);
}

cluster.setupPrimary({ exec: join(__dirname, 'worker.js') });
relay(cluster);
process.on('message', (command: RollingCommand) => void run(command));
process.on('disconnect', () => process.exit());
