import { within } from './wait.js';

/** Things that come one after the other, for whoever waits for the next one. */
export class Queue<T> {
  readonly #items: T[] = [];
  #error: Error | null = null;
  #wake: (() => void) | null = null;

  get length(): number {
    return this.#items.length;
  }

  push(item: T): void {
    this.#items.push(item);
    this.#wake?.();
  }

  /** Nothing more comes: whoever waits for something gets `error`. */
  fail(error: Error): void {
    this.#error ??= error;
    this.#wake?.();
  }

  /** The next item; rejects with what {@link fail} was given. */
  async next(what: string): Promise<T> {
    if (this.#items.length === 0 && !this.#error) {
      const more = new Promise<void>((resolve) => (this.#wake = resolve));
      await within(more, () => what).finally(() => (this.#wake = null));
    }
    if (this.#items.length > 0) return this.#items.shift() as T;
    throw this.#error ?? new Error('Somebody else took it');
  }
}
