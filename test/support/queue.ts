import { within } from './wait.js';

/** Items in order of arrival, each taken by the next reader. */
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

  /** Ends the queue: readers get `error`. */
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
    throw this.#error ?? new Error('Another reader took it');
  }
}
