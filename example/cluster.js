/*
 * One chat on several processes, which are replaced when they end. They share one port.
 *
 * A bus connects the processes: over Redis if there is one (REDIS_URL, or this machine), otherwise over
 * the channels of node:cluster. The requests of a session may arrive at any process: each process
 * forwards the requests for sessions of another one.
 *
 *   node example/cluster.js         http://localhost:8080/ (set PORT and WORKERS for others)
 *
 * A rolling restart: the signal SIGUSR2 replaces all processes, one after the other. A new process serves
 * before an old one asks its clients to continue elsewhere.
 *
 *   kill -USR2 PID                  PID: the process that was started by hand
 */
const cluster = require('cluster');
const http = require('http');
const { randomBytes } = require('crypto');
const { once } = require('events');
const { setTimeout } = require('timers/promises');
const io = require('../');
const { clusterBus, redisBus, relay } = require('socket.io-node/bus');
const chat = require('./chat');
const pages = require('./pages');

const WORKERS = Number(process.env.WORKERS || 2);
/** How long to wait before a process is replaced: one that cannot start must not busy the machine. */
const RESTART_DELAY_MS = 500;
/** Over how long the clients of a process are asked to continue elsewhere when it is replaced. */
const DRAIN_MS = Number(process.env.DRAIN_MS || 10_000);
/** How long a process then waits for the polls that it has forwarded: they are held for 20 seconds. */
const LAST_REQUESTS_MS = 25_000;
const REDIS_URL = process.env.REDIS_URL || 'redis://127.0.0.1:6379';

/** The package `redis`, or the client that it is made of; null if neither is installed. */
function redisPackage() {
  for (const name of ['redis', '@redis/client']) {
    try {
      return require(name);
    } catch {
      // Without it, the processes use node:cluster as the bus.
    }
  }
  return null;
}

/** A client of Redis, connected; null if there is no Redis. */
async function connectToRedis(options) {
  const client = redisPackage()?.createClient({ url: REDIS_URL, ...options });
  if (!client) return null;
  client.on('error', () => {}); // it reconnects; the Listener reports `busDown`
  try {
    await client.connect();
    return client;
  } catch {
    return null;
  }
}

async function work() {
  const redis = process.env.BUS === 'redis' ? await connectToRedis() : null;
  const server = http.createServer(pages);
  const options = () => ({
    bus: redis ? redisBus(redis) : clusterBus(),
    busOptions: { address: '127.0.0.1', secret: process.env.SECRET },
    flashPolicyServer: false
  });
  const listener = io.listen(server, options());
  for (const event of ['busDown', 'busUp', 'busLost']) {
    listener.on(event, (detail) => console.error(event, detail ?? ''));
  }

  // Sends to the clients of all processes. The other processes keep it for clients that join them.
  const remember = chat(listener, `guest ${process.env.NUMBER}.`, (message, except) => {
    listener.broadcast(message, except);
    if (process.connected) process.send({ published: message });
  });
  process.on('message', ({ published, drain }) => {
    if (published) remember(published);
    if (drain) end([listener, echo]);
  });

  // for the transport doctor
  const echo = io.listen(server, { ...options(), resource: 'echo', log: false });
  echo.on('connection', (client) => {
    client.on('message', (message) => client.send(message));
  });
  server.on('error', ({ message }) => process.send({ failed: message }));
  server.listen(process.env.PORT || 8080);

  /** Ends this process without losing a client. */
  async function end(listeners) {
    const closed = new Promise((resolve) => {
      server.close(resolve); // first: the other processes get the new connections
    });
    await Promise.all(listeners.map((one) => one.close({ over: DRAIN_MS })));
    await Promise.race([closed, setTimeout(LAST_REQUESTS_MS)]);
    process.exit();
  }
}

async function manage() {
  const redis = await connectToRedis({ socket: { reconnectStrategy: false } });
  redis?.destroy();
  const environment = {
    BUS: redis ? 'redis' : 'cluster',
    SECRET: process.env.SECRET || randomBytes(32).toString('hex')
  };
  relay(cluster);

  function start(number) {
    const worker = cluster.fork({ ...environment, NUMBER: number });
    worker.on('message', ({ published, failed }) => {
      if (failed) {
        console.error(failed);
        process.exit(1);
      }
      for (const other of Object.values(cluster.workers)) {
        if (published && other !== worker && other.isConnected()) other.send({ published });
      }
    });
    worker.number = number;
    worker.on('error', () => {}); // it has ended while a message was sent to it
    worker.on('exit', async (code, signal) => {
      if (worker.isReplaced) return;
      console.error(`Process ${number} ended (${signal ?? code}) and is replaced`);
      await setTimeout(RESTART_DELAY_MS);
      start(number);
    });
    return worker;
  }

  let isRestarting = false;
  async function restart() {
    if (isRestarting) return;
    isRestarting = true;
    for (const worker of Object.values(cluster.workers)) {
      if (worker.isReplaced || worker.isDead()) continue;
      worker.isReplaced = true;
      start(worker.number);
      let next; // another one if the first one ends before it listens
      do [next] = await once(cluster, 'listening');
      while (next.number !== worker.number);
      const gone = once(worker, 'exit');
      if (worker.isConnected()) worker.send({ drain: true });
      if (!worker.isDead()) await gone;
      console.log(`Process ${worker.number} has been replaced`);
    }
    isRestarting = false;
  }
  process.on('SIGUSR2', restart);

  let listening = 0;
  cluster.on('listening', (worker, { port }) => {
    if (++listening !== WORKERS) return;
    const engine = redis ? 'Redis' : 'node:cluster';
    console.log(`Chat of ${WORKERS} processes over ${engine} at http://localhost:${port}/`);
  });
  for (let number = 1; number <= WORKERS; number++) start(number);
}

if (cluster.isPrimary) manage();
else work();
