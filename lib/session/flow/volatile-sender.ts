import type { BroadcastOperator } from '../../rooms/broadcast-operator.js';
import type { EventChannel } from '../events/event-channel.js';

/** What is needed of a session. */
interface VolatileClient {
  readonly sessionId: string;
  readonly listener: { readonly _everybody: BroadcastOperator };
  readonly _channel: EventChannel;
  send(message: unknown): unknown;
  _takesVolatile(messages: number): boolean;
}

/**
 * Sends what is of no use later, such as the position of a pointer: it is dropped if the client cannot
 * take it now.
 *
 * A client can take a message if it has a connection and less than `highWaterMark` waits for it. A
 * client that polls has none between two polls. `listener.stats().messages.dropped` has the number of
 * messages that were dropped.
 *
 * @example listener.on('clientMessage', (at, client) => client.volatile.broadcast(at));
 */
export class VolatileSender {
  readonly #client: VolatileClient;

  /** @internal */
  constructor(client: VolatileClient) {
    this.#client = client;
  }

  /**
   * Sends a message, see `client.send`; drops it if the client cannot take it now.
   *
   * @returns false if it was dropped
   * @throws {TypeError} If an object cannot become JSON.
   */
  send(message: unknown): boolean {
    const isTaken = this.#client._takesVolatile(Array.isArray(message) ? message.length : 1);
    if (isTaken) this.#client.send(message);
    return isTaken;
  }

  /**
   * Sends a named event, see `client.events.emit`; drops it if the client cannot take it now.
   *
   * @returns false if it was dropped
   * @throws {TypeError} If an argument cannot become JSON.
   */
  emit(name: string, ...args: unknown[]): boolean {
    const isTaken = this.#client._takesVolatile(1);
    if (isTaken) this.#client._channel.emit(name, ...args);
    return isTaken;
  }

  /** Sends a message to every other client of the Listener that can take it now. */
  broadcast(message: unknown): void {
    const { listener, sessionId } = this.#client;
    listener._everybody.except(sessionId).volatile.send(message);
  }
}
