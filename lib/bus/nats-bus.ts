/**
 * A bus over a subject of NATS.
 *
 * @module
 */
import type { Bus } from '../cluster/bus.js';

/** A connection of `@nats-io/transport-node` (3), or of `nats` (2). */
export interface NatsConnection {
  /** What the server has announced; undefined before the first connection. */
  readonly info?: { readonly max_payload: number } | undefined;
  publish(subject: string, payload: Uint8Array): unknown;
  subscribe(
    subject: string,
    options: {
      callback: (error: Error | null, message: { readonly data: Uint8Array }) => void;
    },
  ): { unsubscribe(): void };
  flush(): Promise<unknown>;
}

export interface NatsBusOptions {
  /** The subject of all processes. @default 'socket.io-node' */
  readonly channel?: string;
}

/** The limit of a NATS server by default, and the least that is assumed. */
const DEFAULT_MAX_PAYLOAD = 1024 * 1024;

/**
 * Makes a bus over your connection to NATS.
 *
 * The connection SHOULD have the option `maxReconnectAttempts: -1`: by default the connection ends
 * after ten attempts, and so does the bus.
 *
 * @throws {TypeError} If `channel` cannot be a subject: it is empty, or has spaces or wildcards.
 * @example
 * const connection = await connect({ maxReconnectAttempts: -1 }); // of `@nats-io/transport-node`
 * io.listen(server, { bus: natsBus(connection) });
 */
export function natsBus(
  connection: NatsConnection,
  { channel = 'socket.io-node' }: NatsBusOptions = {},
): Bus {
  if (typeof channel !== 'string' || !/^[^\s.*>]+(?:\.[^\s.*>]+)*$/.test(channel)) {
    throw new TypeError(`Expected \`channel\` to be a subject without wildcards, got ${channel}`);
  }
  let subscription: { unsubscribe(): void } | null = null;
  return {
    get maxMessage() {
      return connection.info?.max_payload ?? DEFAULT_MAX_PAYLOAD;
    },
    publish(message) {
      connection.publish(channel, message);
      // The answer to a flush confirms what was published before: without it, the client would
      // keep messages without a limit while the server does not read.
      return connection.flush();
    },
    subscribe(receive) {
      subscription = connection.subscribe(channel, {
        callback: (error, message) => {
          if (error === null) receive(message.data);
        },
      });
    },
    close() {
      subscription?.unsubscribe();
    },
  };
}
