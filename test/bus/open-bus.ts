/**
 * Buses over the client of each engine, as an application makes them. That the clients of all libraries
 * fit by type is checked in test/types/engines.
 *
 * @module
 */
import { createClient, createCluster } from '@redis/client';
import { createAdapter } from '@socket.io/redis-adapter';
import { Cluster, Redis } from 'ioredis';
import { Pool } from 'pg';
import { Server } from 'socket.io4';
import { adapterBus, clusterBus, natsBus, postgresBus, redisBus } from '../../lib/bus/index.js';
import type { NatsConnection } from '../../lib/bus/nats-bus.js';
import type { Bus } from '../../lib/index.js';

// The declarations of this package do not compile with the options of this project.
const { connect } = require('@nats-io/transport-node') as {
  connect(this: void, options: object): Promise<NatsConnection>;
};

const RECONNECT_MS = 50;
const host = '127.0.0.1';

function ioredis(port: number): Redis {
  const client = new Redis(port, host, {
    retryStrategy: () => RECONNECT_MS,
    maxRetriesPerRequest: null,
  });
  client.on('error', () => undefined);
  return client;
}

function overRedis(port: number): () => Bus {
  const client = createClient({
    socket: { port, host, reconnectStrategy: RECONNECT_MS },
    disableOfflineQueue: true,
  });
  client.on('error', () => undefined);
  // It continues to connect; the Listener works alone until then.
  client.connect().catch(() => undefined);
  return () => redisBus(client);
}

function overIoredis(port: number): () => Bus {
  const client = ioredis(port);
  return () => redisBus(client);
}

export type BusName =
  | 'redis, client redis'
  | 'redis, client ioredis'
  | 'valkey, client redis'
  | 'valkey, client ioredis'
  | 'redis cluster, client redis'
  | 'redis cluster, client ioredis'
  | 'nats'
  | 'postgres'
  | 'adapter of Socket.IO 4 over redis'
  | 'node:cluster';

export const BUSES: Readonly<Record<BusName, (port: number) => (() => Bus) | Promise<() => Bus>>> =
  {
    'redis, client redis': overRedis,
    'redis, client ioredis': overIoredis,
    'valkey, client redis': overRedis,
    'valkey, client ioredis': overIoredis,
    async 'redis cluster, client redis'(port) {
      const client = createCluster({
        rootNodes: [{ socket: { port, host } }],
        defaults: { socket: { reconnectStrategy: RECONNECT_MS }, disableOfflineQueue: true },
      });
      client.on('error', () => undefined);
      await client.connect();
      return () => redisBus(client);
    },
    'redis cluster, client ioredis'(port) {
      const client = new Cluster([{ port, host }], {
        clusterRetryStrategy: () => RECONNECT_MS,
        redisOptions: { maxRetriesPerRequest: null },
      });
      client.on('error', () => undefined);
      return () => redisBus(client);
    },
    async nats(port) {
      const connection = await connect({
        servers: `${host}:${port}`,
        maxReconnectAttempts: -1,
        reconnectTimeWait: RECONNECT_MS,
      });
      return () => natsBus(connection);
    },
    postgres(port) {
      const pool = new Pool({ port, host, user: 'test', database: 'postgres', keepAlive: true });
      pool.on('error', () => undefined);
      return () => postgresBus(pool);
    },
    'adapter of Socket.IO 4 over redis': (port) => {
      const adapter = createAdapter(ioredis(port), ioredis(port));
      const server = new Server({ adapter });
      return () => adapterBus(server);
    },
    'node:cluster': () => () => clusterBus(),
  };
