/**
 * Messages on their way to a `for await` loop, as many as are allowed to wait.
 *
 * @module
 */

interface Waiting {
  readonly resolve: (result: IteratorResult<unknown, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

const END: IteratorReturnResult<undefined> = { done: true, value: undefined };

export class Messages implements AsyncIterableIterator<unknown, undefined> {
  readonly #limit: number;
  readonly #onReturn: () => void;
  #items: unknown[] = [];
  /** How many of `#items` have been taken; cheaper than to shift them. */
  #taken = 0;
  #waiting: Waiting[] = [];
  #end: { readonly error?: unknown } | null = null;

  /**
   * @param limit most messages that may wait; 0: no limit
   * @param onReturn called when the consumer leaves
   */
  constructor(limit: number, onReturn: () => void) {
    this.#limit = limit || Infinity;
    this.#onReturn = onReturn;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Takes a message; false if there is no room for it. */
  push(message: unknown): boolean {
    const waiting = this.#waiting.shift();
    if (waiting) waiting.resolve({ done: false, value: message });
    else if (this.#items.length - this.#taken >= this.#limit) return false;
    else this.#items.push(message);
    return true;
  }

  /** There is nothing more to come; what waits is still delivered. */
  end(): void {
    this.#finish({});
  }

  /** As `end`, and then the consumer is thrown an error. */
  fail(error: unknown): void {
    this.#finish({ error });
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#taken < this.#items.length) {
      const value = this.#items[this.#taken];
      this.#items[this.#taken++] = undefined;
      if (this.#taken === this.#items.length) {
        this.#items = [];
        this.#taken = 0;
      }
      return Promise.resolve({ done: false, value });
    }
    const end = this.#end;
    if (!end) return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    // The error is told once, as by generators.
    this.#end = {};
    return 'error' in end ? Promise.reject(end.error) : Promise.resolve(END);
  }

  return(): Promise<IteratorResult<unknown, undefined>> {
    this.#items = [];
    this.#taken = 0;
    this.#end = {};
    this.#settle();
    this.#onReturn();
    return Promise.resolve(END);
  }

  #finish(end: { readonly error?: unknown }): void {
    if (this.#end) return;
    this.#end = end;
    this.#settle();
  }

  /** Answers who waits in vain: the first one with the error, if there is one. */
  #settle(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const waits of waiting) this.next().then(waits.resolve, waits.reject);
  }
}
