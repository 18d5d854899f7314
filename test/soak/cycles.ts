/**
 * Connects and disconnects over and over, every transport in turn, in each of the ways a
 * connection can end; then counts what is left.
 *
 * As a script: `npm run cycles -- 10000`.
 *
 * @module
 */
// oxlint-disable-next-line import/no-unassigned-import -- it only has to come first
import './outside-mocha.js';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { listen, type Listener } from '../../lib/index.js';
import { readCommand } from '../support/command-line.js';
import { VARIANTS, type Variant } from '../support/drivers/index.js';
import { RawSocket, request } from '../support/raw.js';

/** What is left after the cycles, of everything that should be gone. */
export interface Left {
  readonly sessions: number;
  readonly timers: number;
  readonly handshakes: number;
  /** Listeners of the server, the Listener and the process, more than before. */
  readonly listeners: number;
  readonly connections: number;
}

export interface Ring {
  readonly server: Server;
  readonly io: Listener;
  readonly port: number;
}

const ENDINGS = ['fin', 'reset', 'server', 'goodbye'] as const;

export async function ring(): Promise<Ring> {
  const server = createServer();
  const transportOptions = Object.fromEntries(
    ['xhr-polling', 'jsonp-polling'].map((name) => [name, { closeTimeout: 20, duration: 50 }]),
  );
  const io = listen(server, { log: false, flashPolicyServer: false, transportOptions });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, io, port: (server.address() as AddressInfo).port };
}

function listenersOf({ server, io }: Ring): number {
  return [server, io, process].reduce(
    (sum, emitter) =>
      sum + emitter.eventNames().reduce((n, name) => n + emitter.listenerCount(name as 'exit'), 0),
    0,
  );
}

/** One connection from its beginning to its end, with a message each way. */
async function cycle({ io, port }: Ring, variant: Variant, at: number): Promise<void> {
  const raw = await RawSocket.connect(port);
  const driver = variant.create(port);
  raw.write(Buffer.concat([driver.opening(''), Buffer.alloc(variant.name.includes('76') ? 8 : 0)]));
  // the id is all digits, whatever it is wrapped in
  let text = '';
  let id: string | undefined;
  while (!id) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- as it comes
    text += (await raw.bytes.read(1)).toString('latin1');
    id = /~m~38~m~(\d{38})/.exec(text)?.[1];
  }
  io.clients[id]?.send('hello');
  switch (ENDINGS[at % ENDINGS.length]) {
    case 'fin':
      raw.end();
      break;
    case 'reset':
      raw.reset();
      break;
    case 'server':
      io.clients[id]?.disconnect();
      break;
    default:
      if (driver.kind !== 'socket') {
        await request(port, `/socket.io/${driver.transport}/${id}/close`, {
          method: 'POST',
          body: '',
        });
      }
  }
  raw.destroy();
}

/** Runs `count` cycles of `variant`, ten at a time. */
export async function cycles(given: Ring, variant: Variant, count: number): Promise<void> {
  for (let at = 0; at < count; at += 10) {
    const batch = Array.from({ length: Math.min(10, count - at) }, (_, i) => at + i);
    // oxlint-disable-next-line eslint/no-await-in-loop -- ten at a time
    await Promise.all(batch.map((i) => cycle(given, variant, i)));
  }
}

/** What is left once everything has had the time to go. */
export async function whatIsLeft(given: Ring, listenersBefore: number): Promise<Left> {
  const { server, io } = given;
  const read = async (): Promise<Left> => ({
    sessions: Object.keys(io.clients).length,
    timers: io._timers.size,
    handshakes: io._limiter.handshakes,
    listeners: listenersOf(given) - listenersBefore,
    connections: await new Promise((resolve) => {
      server.getConnections((_error, connections) => resolve(connections));
    }),
  });
  let left = await read();
  for (let i = 0; i < 1500 && Object.values(left).some((count) => count !== 0); i++) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- until nothing is left
    await new Promise((resolve) => setTimeout(resolve, 10));
    // oxlint-disable-next-line eslint/no-await-in-loop -- until nothing is left
    left = await read();
  }
  return left;
}

export { listenersOf };

async function main(count: number): Promise<void> {
  const collect = (globalThis as { gc?: () => void }).gc;
  if (!collect) throw new Error('Start me with node --expose-gc');
  const heap = async (): Promise<string> => {
    // twice, with a pause: what is finalised by one collection is freed by the next
    collect();
    await new Promise((resolve) => setTimeout(resolve, 500));
    collect();
    return `${(process.memoryUsage().heapUsed / 2 ** 20).toFixed(1)} MiB`;
  };
  const given = await ring();
  const before = listenersOf(given);
  for (const variant of VARIANTS) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one variant after the other
    await cycles(given, variant, 200);
  }
  await whatIsLeft(given, before);
  for (const variant of VARIANTS) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one variant after the other
    const heapBefore = await heap();
    const start = performance.now();
    // oxlint-disable-next-line eslint/no-await-in-loop -- one variant after the other
    await cycles(given, variant, count);
    // oxlint-disable-next-line eslint/no-await-in-loop -- one variant after the other
    const left = await whatIsLeft(given, before);
    // oxlint-disable-next-line eslint/no-await-in-loop -- one variant after the other
    const heapAfter = await heap();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(variant.name, { cycles: count, seconds, heapBefore, heapAfter, ...left });
    if (Object.values(left).some((number) => number !== 0)) process.exitCode = 1;
  }
  given.io.close();
  given.server.close();
}

/** The cycles of each variant. */
function readCount(): number {
  const [count = '10000'] = readCommand({
    name: 'npm run cycles --',
    summary: 'Opens and closes connections, and counts what is left.',
    words: '[CYCLES OF EACH TRANSPORT, 10000]',
    options: {},
  }).words;
  if (!/^\d+$/.test(count)) {
    console.error(`Expected a number of cycles, got ${count}`);
    process.exit(2);
  }
  return Number(count);
}

if (require.main === module) void main(readCount());
