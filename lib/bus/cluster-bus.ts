/**
 * A bus over the channels of `node:cluster`, without an engine: workers send to their primary, which
 * relays to all others.
 *
 * @module
 */
import type { Bus } from '../cluster/bus.js';

/** Longer messages are sent in pieces, between which the primary relays others. */
const MAX_MESSAGE = 64 * 1024;
/** The mark of our messages among those of the application. */
const MARK = 'socket.io-node';

interface Message {
  readonly type: typeof MARK;
  readonly channel: string;
  readonly bytes: string;
}

/** The part of `node:cluster` that a primary needs. */
interface Primary {
  readonly workers?: NodeJS.Dict<{
    send(message: object, callback: (error: Error | null) => void): boolean;
    isConnected(): boolean;
  }>;
  on(event: 'message', listener: (worker: { id: number }, message: unknown) => void): unknown;
  off(event: 'message', listener: (worker: { id: number }, message: unknown) => void): unknown;
}

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && (value as Partial<Message>).type === MARK;
}

export interface ClusterBusOptions {
  /** Which Listeners belong together. @default 'socket.io-node' */
  readonly channel?: string;
}

/**
 * Makes a bus for a worker of `node:cluster`. The primary calls {@link relay}.
 *
 * @throws {Error} If this process was not started with a channel to a primary.
 * @example
 * if (cluster.isPrimary) relay(cluster);
 * else io.listen(server, { bus: clusterBus() });
 */
export function clusterBus({ channel = MARK }: ClusterBusOptions = {}): Bus {
  if (process.send === undefined) {
    throw new Error('Expected `clusterBus` to be called in a worker of node:cluster');
  }
  let onMessage: ((message: unknown) => void) | null = null;
  return {
    maxMessage: MAX_MESSAGE,
    publish(bytes) {
      const message: Message = { type: MARK, channel, bytes: bytes.toString('latin1') };
      return new Promise<void>((resolve, reject) => {
        process.send?.(message, undefined, undefined, (error) =>
          error ? reject(error) : resolve(),
        );
      });
    },
    subscribe(receive) {
      onMessage = (message) => {
        if (!isMessage(message) || message.channel !== channel) return;
        receive(Buffer.from(message.bytes, 'latin1'));
      };
      process.on('message', onMessage);
    },
    close() {
      if (onMessage) process.off('message', onMessage);
    },
  };
}

/**
 * Relays the messages of workers, in the primary.
 *
 * @param primary the module `node:cluster`
 * @returns a function that ends it
 */
export function relay(primary: Primary): () => void {
  const onMessage = (sender: { id: number }, message: unknown): void => {
    if (!isMessage(message)) return;
    for (const [id, worker] of Object.entries(primary.workers ?? {})) {
      // Without a callback, Node would emit the error of a worker that has just ended.
      if (Number(id) !== sender.id && worker?.isConnected()) worker.send(message, () => undefined);
    }
  };
  primary.on('message', onMessage);
  return () => {
    primary.off('message', onMessage);
  };
}
