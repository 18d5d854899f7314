/**
 * A bus over the adapter of an official Socket.IO server, by its method `serverSideEmit`.
 *
 * @module
 */
import type { Bus } from '../cluster/bus.js';

/** A Server of `socket.io`, version 4.1 or later. */
export interface OfficialServer {
  serverSideEmit(...args: never[]): unknown;
  on(...args: never[]): unknown;
  off(...args: never[]): unknown;
}

/** The methods as they are called here. */
interface Emitter {
  serverSideEmit(event: string, message: string): boolean;
  on(event: string, listener: (message: unknown) => void): unknown;
  off(event: string, listener: (message: unknown) => void): unknown;
}

export interface AdapterBusOptions {
  /** The event of all processes. @default 'socket.io-node' */
  readonly channel?: string;
}

/**
 * Makes a bus over your official `Server`, whose adapter connects the processes already.
 *
 * `serverSideEmit` does not report failures or what waits: the limits `maxWaiting` and `maxBuffer`
 * have no effect, and what the adapter rejects becomes an unhandled rejection of the process. A
 * bus over the engine itself does not have these limitations.
 *
 * @throws {TypeError} If `server` does not have `serverSideEmit`.
 * @example
 * const official = new Server(httpServer, { adapter: createAdapter(publisher, subscriber) });
 * io.listen(httpServer, { bus: adapterBus(official) });
 */
export function adapterBus(
  server: OfficialServer,
  { channel = 'socket.io-node' }: AdapterBusOptions = {},
): Bus {
  if (typeof server?.serverSideEmit !== 'function') {
    throw new TypeError('Expected a Server of `socket.io` 4.1 or later, with `serverSideEmit`');
  }
  const emitter = server as unknown as Emitter;
  let onMessage: ((message: unknown) => void) | null = null;
  return {
    publish(message) {
      // Text, because some adapters convert messages to JSON.
      if (!emitter.serverSideEmit(channel, message.toString('base64'))) {
        throw new Error('The adapter has not accepted a message');
      }
    },
    subscribe(receive) {
      onMessage = (message) => {
        receive(Buffer.from(typeof message === 'string' ? message : '', 'base64'));
      };
      emitter.on(channel, onMessage);
    },
    close() {
      if (onMessage) emitter.off(channel, onMessage);
    },
  };
}
