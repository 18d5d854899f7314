/**
 * A bus over Redis, Valkey or another server of the protocol, by PUBLISH and SUBSCRIBE.
 *
 * @module
 */
import type { Bus } from '../cluster/bus.js';

/** A connected client of `redis` (node-redis 4 and later). */
interface NodeRedisClient {
  publish(channel: string, message: string | Buffer): unknown;
  duplicate(): unknown;
  pSubscribe(...args: never[]): unknown;
}

/** A client of `ioredis`, also a `Cluster`. */
interface IoRedisClient {
  publish(channel: string, message: string | Buffer): unknown;
  duplicate(...args: never[]): unknown;
  psubscribe(...args: never[]): unknown;
}

/** What is used of the second connection, of either package. */
interface Subscriber {
  connect?(): Promise<unknown>;
  on(event: string, listener: (...args: never[]) => void): unknown;
  off(event: string, listener: (...args: never[]) => void): unknown;
  subscribe(channel: string, ...args: unknown[]): unknown;
  unsubscribe(channel: string, ...args: unknown[]): unknown;
  quit(): unknown;
  readonly isOpen?: boolean;
}

export interface RedisBusOptions {
  /** The channel of all processes. @default 'socket.io-node' */
  readonly channel?: string;
  /**
   * A second client for the subscription, which a client cannot share with other commands. It stays
   * yours.
   *
   * @default a duplicate of the first, which the bus opens and closes
   */
  readonly subscriber?: NodeRedisClient | IoRedisClient;
}

/**
 * Makes a bus over your client of `redis` or `ioredis`.
 *
 * The client MUST have a listener of `error`: without one, a connection that breaks ends the process.
 *
 * @example
 * const client = createClient(); // of `redis`
 * client.on('error', console.error);
 * await client.connect();
 * io.listen(server, { bus: redisBus(client) });
 */
export function redisBus(
  client: NodeRedisClient | IoRedisClient,
  { channel = 'socket.io-node', subscriber: given }: RedisBusOptions = {},
): Bus {
  // ioredis emits messages; node-redis calls a listener that is given with the channel.
  const isIoRedis = !('pSubscribe' in client);
  const subscriber = (given ?? duplicate(client, isIoRedis)) as Subscriber;
  const name = Buffer.from(channel);
  let onMessage: ((from: Buffer, message: Buffer) => void) | null = null;
  return {
    publish: (message) => client.publish(channel, message),
    async subscribe(receive) {
      if (!given) subscriber.on('error', () => undefined);
      if (!isIoRedis) {
        if (!subscriber.isOpen) await subscriber.connect?.();
        await subscriber.subscribe(channel, receive, true);
        return;
      }
      onMessage = (from, message) => {
        if (name.equals(from)) receive(message);
      };
      subscriber.on('messageBuffer', onMessage);
      await subscriber.subscribe(channel);
    },
    async close() {
      if (onMessage) subscriber.off('messageBuffer', onMessage);
      if (given) await subscriber.unsubscribe(channel);
      else await subscriber.quit();
    },
  };
}

function duplicate(client: NodeRedisClient | IoRedisClient, isIoRedis: boolean): unknown {
  if (!isIoRedis) return client.duplicate();
  // By default ioredis drops a subscription after 20 attempts to connect.
  const make = client.duplicate.bind(client) as (options?: object) => unknown;
  return 'nodes' in client ? make() : make({ maxRetriesPerRequest: null });
}
