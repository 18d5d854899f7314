import { rethrowAsync } from '../events/emit.js';
import type { Answer } from '../events/event-channel.js';

/** The acknowledgements that a session waits for in one endpoint. */
export class PendingAcks {
  readonly #callbacks = new Map<string, Answer>();
  #lastId = 0;

  /** How many are pending. */
  get size(): number {
    return this.#callbacks.size;
  }

  /** The id of the next packet that requests an acknowledgement. Ids count from 1. */
  get nextId(): string {
    return String(this.#lastId + 1);
  }

  /** Waits for the acknowledgement of the packet with {@link nextId}; returns this id. */
  add(callback: Answer): string {
    const id = this.nextId;
    this.#lastId++;
    this.#callbacks.set(id, callback);
    return id;
  }

  /** Stops waiting. */
  delete(id: string): void {
    this.#callbacks.delete(id);
  }

  /** Calls the callback of an id, once; ignores ids that nothing waits for. */
  settle(id: string, args: readonly unknown[]): void {
    const callback = this.#callbacks.get(id);
    if (!callback) return;
    this.#callbacks.delete(id);
    try {
      callback(...args);
    } catch (error) {
      rethrowAsync(error);
    }
  }
}
