/** Characters that a payload counts beside its own: what it takes to hold it. */
const OVERHEAD = 32;
/** Below this many freed payloads the list is not compacted. */
const MIN_COMPACTION = 1024;

/**
 * The messages that a client is not known to have, in order, each as a payload of its own.
 *
 * Freeing takes constant time on average: a list of 100,000 that was shifted for each
 * acknowledgement would take quadratic time.
 */
export class RetransmitBuffer {
  #payloads: string[] = [];
  /** Their sizes: to count the bytes of a text takes longer than to keep the number. */
  #sizes: number[] = [];
  #head = 0;
  #size = 0;

  /** Number of messages. */
  get length(): number {
    return this.#payloads.length - this.#head;
  }

  /** Their length in UTF-8, which `maxBuffer` limits, and 32 bytes for each. */
  get size(): number {
    return this.#size;
  }

  push(payload: string): void {
    const size = Buffer.byteLength(payload) + OVERHEAD;
    this.#payloads.push(payload);
    this.#sizes.push(size);
    this.#size += size;
  }

  /** Frees the first `count` messages; there must be as many. */
  free(count: number): void {
    const end = this.#head + count;
    if (end === this.#payloads.length) {
      this.#payloads = [];
      this.#sizes = [];
      this.#size = 0;
      this.#head = 0;
      return;
    }
    for (let at = this.#head; at < end; at++) this.#size -= this.#sizes[at] as number;
    if (end >= MIN_COMPACTION && end * 2 >= this.#payloads.length) {
      this.#payloads = this.#payloads.slice(end);
      this.#sizes = this.#sizes.slice(end);
    } else {
      this.#payloads.fill('', this.#head, end);
      this.#head = end;
      return;
    }
    this.#head = 0;
  }

  /**
   * Joins messages to one payload, from the message at `from` on: at least one, and as many as
   * have at most `limit` code units together.
   *
   * @returns the payload, and the index of the message that follows
   */
  join(from: number, limit: number): { readonly payload: string; readonly next: number } {
    let payload = '';
    let next = from;
    for (; next < this.length; next++) {
      const message = this.#payloads[this.#head + next] as string;
      if (next > from && payload.length + message.length > limit) break;
      payload += message;
    }
    return { payload, next };
  }

  /** All messages as payloads of one message. */
  toArray(): string[] {
    return this.#payloads.slice(this.#head);
  }
}
