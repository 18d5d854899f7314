/**
 * A first-in, first-out queue.
 *
 * @module
 */

/** Below this many removed items the queue is not compacted. */
const MIN_COMPACTION = 1024;

/**
 * Adds and removes in constant time on average. Removed items do not stay in memory, also if the
 * queue is never empty.
 */
export class MessageQueue {
  #items: unknown[] = [];
  /** The index of the first item; an index is cheaper than `Array.prototype.shift`. */
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** How many slots the queue occupies, for tests of its memory. */
  get capacity(): number {
    return this.#items.length;
  }

  /** The item at an index, which must be below `length`. */
  at(index: number): unknown {
    return this.#items[this.#head + index];
  }

  push(item: unknown): void {
    this.#items.push(item);
  }

  /** Removes and returns the first item; the queue must not be empty. */
  shift(): unknown {
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head++;
    this.#compact();
    return item;
  }

  /** Removes and returns the first `count` items. */
  take(count: number = this.length): unknown[] {
    const end = this.#head + count;
    const items = this.#items.slice(this.#head, end);
    this.#items.fill(undefined, this.#head, end);
    this.#head = end;
    this.#compact();
    return items;
  }

  /** Puts items before the first one. */
  prepend(items: readonly unknown[]): void {
    this.#items = items.concat(this.take());
    this.#head = 0;
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
  }

  #compact(): void {
    if (this.#head === this.#items.length) this.clear();
    else if (this.#head >= MIN_COMPACTION && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
  }
}
