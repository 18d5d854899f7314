/** Characters that a payload counts beside its own: what it takes to hold it. */
const OVERHEAD = 32;
/** Most bytes of UTF-8 for one code unit of UTF-16. */
const MAX_UTF8 = 3;
/** Below this many freed payloads the list is not compacted. */
const MIN_COMPACTION = 1024;
/** A list with more places is dropped when it is empty. */
const MOST_PLACES = 64;

/**
 * The messages that a client is not known to have, in order, each as a payload of its own.
 *
 * Freeing takes constant time on average: a list of 100,000 that was shifted for each
 * acknowledgement would take quadratic time.
 */
export class RetransmitBuffer {
  /**
   * The places of payloads; those before `#head` and from `#end` on are free. They are used again:
   * most acknowledgements free everything, and a new list for each would take a tenth more CPU.
   */
  #payloads: string[] = [];
  #head = 0;
  #end = 0;
  /** Their length in UTF-16 code units. */
  #codeUnits = 0;
  /** Their length in UTF-8; null until it matters: to count it takes longer than to keep a message. */
  #bytes: number | null = null;

  /** Number of messages. */
  get length(): number {
    return this.#end - this.#head;
  }

  /** Their length in UTF-8, which `maxBuffer` limits, and 32 bytes for each. */
  get size(): number {
    this.#bytes ??= this.toArray().reduce((sum, each) => sum + Buffer.byteLength(each), 0);
    return this.#bytes + this.length * OVERHEAD;
  }

  /** True if `size` is larger than `limit`. */
  exceeds(limit: number): boolean {
    const most = this.#codeUnits * MAX_UTF8 + this.length * OVERHEAD;
    return most > limit && this.size > limit;
  }

  push(payload: string): void {
    if (this.#end < this.#payloads.length) this.#payloads[this.#end] = payload;
    else this.#payloads.push(payload);
    this.#end++;
    this.#codeUnits += payload.length;
    if (this.#bytes !== null) this.#bytes += Buffer.byteLength(payload);
  }

  /** Frees the first `count` messages; there must be as many. */
  free(count: number): void {
    const payloads = this.#payloads;
    const freed = this.#head + count;
    for (let at = this.#head; at < freed; at++) {
      const payload = payloads[at] as string;
      this.#codeUnits -= payload.length;
      if (this.#bytes !== null) this.#bytes -= Buffer.byteLength(payload);
      payloads[at] = '';
    }
    this.#head = freed;
    if (freed === this.#end) {
      this.#head = this.#end = 0;
      // What is pushed from now on is counted when it matters again.
      this.#bytes = null;
      if (payloads.length > MOST_PLACES) this.#payloads = [];
    } else if (freed >= MIN_COMPACTION && freed * 2 >= this.#end) {
      this.#payloads = payloads.slice(freed, this.#end);
      this.#head = 0;
      this.#end -= freed;
    }
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
    return this.#payloads.slice(this.#head, this.#end);
  }
}
