import type { BroadcastOperator } from '../../rooms/broadcast-operator.js';
import type { EventChannel } from '../../events/event-channel.js';

/** The used part of a session. */
interface VolatileClient {
  readonly sessionId: string;
  readonly listener: { readonly _everybody: BroadcastOperator };
  readonly _channel: EventChannel;
  send(message: unknown): unknown;
  _takesVolatile(messages: number): boolean;
}

/**
 * Sends data that is useless later, such as the position of a pointer. A message is dropped if it
 * would have to wait.
 *
 * A message does not have to wait if the client has a connection and less than `highWaterMark`
 * waits for it. A client that polls has no connection between two polls.
 * `listener.stats().messages.dropped` is the number of dropped messages.
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
   * Sends a message, see `client.send`; drops it if it would have to wait.
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
   * Sends a named event, see `client.events.emit`; drops it if it would have to wait.
   *
   * @returns false if it was dropped
   * @throws {TypeError} If an argument cannot become JSON.
   */
  emit(name: string, ...args: unknown[]): boolean {
    const isTaken = this.#client._takesVolatile(1);
    if (isTaken) this.#client._channel.emit(name, ...args);
    return isTaken;
  }

  /** Sends a message to every other client of the Listener for which it does not have to wait. */
  broadcast(message: unknown): void {
    const { listener, sessionId } = this.#client;
    listener._everybody.except(sessionId).volatile.send(message);
  }
}
