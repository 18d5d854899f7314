/**
 * One process of the soak of the bus: broadcasts numbered messages, every fifth one to a room, and
 * reports what the bus reports.
 *
 * @module
 */
import { createClient } from '@redis/client';
import { createServer } from 'node:http';
import { redisBus } from '../../lib/bus/index.js';
import { listen } from '../../lib/index.js';
import { roomOf, type BusCommand, type BusReply } from './bus-protocol.js';

const [redisPort, name = '', perSecond, maxRetained] = process.argv.slice(2);
const STEP_MS = 20;

function reply(message: BusReply): void {
  process.send?.(message);
}

async function start(): Promise<void> {
  const redis = createClient({
    socket: { host: '127.0.0.1', port: Number(redisPort), reconnectStrategy: 100 },
    disableOfflineQueue: true,
  });
  redis.on('error', () => undefined);
  await redis.connect();
  const server = createServer();
  const io = listen(server, {
    bus: redisBus(redis),
    busOptions: { maxRetained: Number(maxRetained) },
    log: false,
    flashPolicyServer: false,
  });
  let rooms = 0;
  io.on('connection', (client) => void client.join(`room ${rooms++ % 10}`));
  io.on('busLost', ({ peer, count }) => reply({ kind: 'lost', peer, count }));
  for (const event of ['busDown', 'busUp', 'peerConnect', 'peerDisconnect'] as const) {
    io.on(event, () => reply({ kind: 'event', event }));
  }

  let sent = 0;
  let timer: NodeJS.Timeout | undefined;
  const send = (): void => {
    const room = roomOf(++sent);
    const message = `${name} ${sent}`;
    if (room === null) io.broadcast(message);
    else io.to(`room ${room}`).send(message);
  };
  process.on('message', (command: BusCommand) => {
    if (command === 'start') {
      const begin = performance.now();
      timer = setInterval(() => {
        const due = ((performance.now() - begin) / 1000) * Number(perSecond);
        for (let count = sent; count < due; count++) send();
      }, STEP_MS);
    } else if (command === 'stop') {
      clearInterval(timer);
      reply({ kind: 'sent', count: sent });
    } else {
      const { rss } = process.memoryUsage();
      reply({ kind: 'state', peers: io.bus?.peers.size ?? 0, waiting: io.bus?.waiting ?? 0, rss });
    }
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    reply({ kind: 'ready', port, node: io.bus?.node ?? '' });
  });
}

void start();
