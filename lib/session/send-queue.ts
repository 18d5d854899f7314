/** The number of small payloads that are joined to one string, which saves 40 bytes for each. */
const JOINED = 64;
const SMALL = 1024;
/** Most bytes of UTF-8 for one code unit of UTF-16. */
const MAX_UTF8 = 3;

/**
 * Payloads that wait for a connection, in the order they were sent.
 *
 * A session makes a queue when the first payload has to wait, and drops it when all are sent: an
 * idle session has none. Its memory is proportional to {@link bytes}, however small the payloads are.
 */
export class SendQueue {
  readonly #payloads: string[] = [];
  /** The latest payloads, not joined yet. */
  #recent: string[] = [];
  #recentLength = 0;
  #length = 0;
  /** Their length in UTF-16 code units. */
  #codeUnits = 0;
  /** Their size in UTF-8; null until it matters: to count it takes longer than to send a payload. */
  #bytes: number | null = null;

  /** Number of payloads. */
  get length(): number {
    return this.#length;
  }

  /** Their size in UTF-8. */
  get bytes(): number {
    return (this.#bytes ??= Buffer.byteLength(this.#text));
  }

  /** True if they have more than `limit` bytes. */
  exceeds(limit: number): boolean {
    return this.#codeUnits * MAX_UTF8 > limit && this.bytes > limit;
  }

  push(payload: string): void {
    this.#count(payload);
    this.#recentLength += payload.length;
    if (this.#recent.push(payload) < JOINED) return;
    if (this.#recentLength < JOINED * SMALL) this.#payloads.push(this.#recent.join(''));
    else this.#payloads.push(...this.#recent);
    this.#recent = [];
    this.#recentLength = 0;
  }

  /** Adds payloads that were sent before all others. */
  unshift(payloads: readonly string[]): void {
    for (const payload of payloads) this.#count(payload);
    this.#payloads.unshift(...payloads);
  }

  /** All of them as one payload. */
  join(): string {
    return this.#text;
  }

  get #text(): string {
    return this.#payloads.join('') + this.#recent.join('');
  }

  #count(payload: string): void {
    this.#length++;
    this.#codeUnits += payload.length;
    if (this.#bytes !== null) this.#bytes += Buffer.byteLength(payload);
  }
}
