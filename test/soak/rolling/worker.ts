/**
 * A process of the soak of rolling restarts, a worker of primary.ts. It returns each message to its
 * client; a message to all is sent to the clients of all processes.
 *
 * @module
 */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { clusterBus } from '../../../lib/bus/index.js';
import { listen } from '../../../lib/index.js';
import type { Drain } from './protocol.js';

/** Longer than a poll that is held for another process. */
const LAST_REQUESTS_MS = 25_000;

const server = createServer();
const listener = listen(server, {
  log: false,
  flashPolicyServer: false,
  delivery: true,
  bus: clusterBus(),
  busOptions: { address: '127.0.0.1', secret: process.env['SECRET'] ?? '' },
});
listener.on('connection', (client) => {
  client.on('message', (message: string) => {
    if (message.startsWith('all ')) listener.broadcast(message);
    else client.send(message);
  });
});

async function drain(over: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  await listener.close({ over });
  await Promise.race([closed, sleep(LAST_REQUESTS_MS)]);
  process.exit(0);
}

process.on('message', (command: Partial<Drain>) => {
  if (command.kind === 'drain') void drain(command.over ?? 0);
});
server.listen(0);
