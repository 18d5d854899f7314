import { rethrowAsync } from './emit.js';
import type { AckCallback } from './event-channel.js';

/** The acknowledgements that a session waits for in one endpoint. */
export class PendingAcks {
  readonly #callbacks = new Map<string, AckCallback>();
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
  add(callback: AckCallback): string {
    const id = this.nextId;
    this.#lastId++;
    this.#callbacks.set(id, callback);
    return id;
  }

  /** Stops waiting. */
  delete(id: string): void {
    this.#callbacks.delete(id);
  }

  /** Drops all callbacks, except those of the ids in `kept`, and reports to each that it is lost. */
  lose(kept: ReadonlySet<string | undefined>): void {
    for (const [id, callback] of this.#callbacks) {
      if (kept.has(id)) continue;
      this.#callbacks.delete(id);
      callback.onLost?.();
    }
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
