/**
 * The queue between a client's `message` events and one `for await` loop.
 *
 * @module
 */
import { MessageQueue } from './message-queue.js';

/** A call of `next` that no message has answered yet. */
interface PendingRead {
  readonly resolve: (result: IteratorResult<unknown, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

export class MessageIterator implements AsyncIterableIterator<unknown, undefined> {
  readonly #limit: number;
  readonly #onReturn: () => void;
  readonly #messages: MessageQueue = new MessageQueue();
  #pendingReads: PendingRead[] = [];
  #end: { readonly error?: unknown } | null = null;

  /**
   * @param limit most messages in the queue; 0: no limit
   * @param onReturn called when the consumer leaves its loop
   */
  constructor(limit: number, onReturn: () => void) {
    this.#limit = limit || Infinity;
    this.#onReturn = onReturn;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Adds a message; returns false if the queue is full. */
  push(message: unknown): boolean {
    const read = this.#pendingReads.shift();
    if (read) read.resolve({ done: false, value: message });
    else if (this.#messages.length >= this.#limit) return false;
    else this.#messages.push(message);
    return true;
  }

  /** Ends the iteration after the messages in the queue. */
  end(): void {
    this.#finish({});
  }

  /** Ends the iteration with an error, after the messages in the queue. */
  fail(error: unknown): void {
    this.#finish({ error });
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#messages.length > 0) {
      return Promise.resolve({ done: false, value: this.#messages.shift() });
    }
    const end = this.#end;
    if (!end) return new Promise((resolve, reject) => this.#pendingReads.push({ resolve, reject }));
    // The error is thrown once, as generators do.
    this.#end = {};
    return 'error' in end ? Promise.reject(end.error) : Promise.resolve(DONE);
  }

  return(): Promise<IteratorResult<unknown, undefined>> {
    this.#messages.clear();
    this.#end = {};
    this.#settle();
    this.#onReturn();
    return Promise.resolve(DONE);
  }

  #finish(end: { readonly error?: unknown }): void {
    if (this.#end) return;
    this.#end = end;
    this.#settle();
  }

  /** Settles all pending reads; the first one is rejected if there is an error. */
  #settle(): void {
    const reads = this.#pendingReads;
    this.#pendingReads = [];
    for (const read of reads) this.next().then(read.resolve, read.reject);
  }
}
