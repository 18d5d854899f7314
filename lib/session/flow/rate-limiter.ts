import type { DisconnectReason } from '../state.js';

/** The limits of the options; read at each use, because applications change options. */
export interface RateLimits {
  readonly maxMessagesPerSecond: number;
  readonly maxBytesPerSecond: number;
}

/** What is needed of a session. */
export interface RatedClient {
  _end(reason: DisconnectReason): void;
  /** True if a text is a message of the application. */
  _isMessage(text: string): boolean;
}

/** What a client may send now. */
interface Bucket {
  messages: number;
  bytes: number;
  /** When it was filled up. */
  at: number;
}

/** A client may send so many seconds' worth at once: polls and slow networks collect messages. */
const BURST_SECONDS = 5;
const MS_PER_SECOND = 1000;

/**
 * Limits what each client sends, by a token bucket: it fills at the rate of the limit, up to five
 * seconds' worth, and a client that takes more than it has is ended.
 */
export class RateLimiter {
  readonly #limits: RateLimits;
  readonly #now: () => number;
  readonly #buckets = new WeakMap<RatedClient, Bucket>();

  /** Returns null without a limit: then nothing is counted. */
  static of(limits: RateLimits, now: () => number): RateLimiter | null {
    const { maxMessagesPerSecond, maxBytesPerSecond } = limits;
    return maxMessagesPerSecond > 0 || maxBytesPerSecond > 0 ? new RateLimiter(limits, now) : null;
  }

  private constructor(limits: RateLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Counts what a client has sent. If that is too much, ends the session and returns true. */
  isExceeded(client: RatedClient, texts: readonly string[]): boolean {
    const { maxMessagesPerSecond, maxBytesPerSecond } = this.#limits;
    const bucket = this.#fill(client);
    for (const text of texts) {
      if (client._isMessage(text)) bucket.messages--;
      bucket.bytes -= Buffer.byteLength(text);
    }
    const isExceeded =
      (maxMessagesPerSecond > 0 && bucket.messages < 0) ||
      (maxBytesPerSecond > 0 && bucket.bytes < 0);
    if (isExceeded) client._end('rate limit');
    return isExceeded;
  }

  #fill(client: RatedClient): Bucket {
    const { maxMessagesPerSecond, maxBytesPerSecond } = this.#limits;
    const now = this.#now();
    const messages = maxMessagesPerSecond * BURST_SECONDS;
    const bytes = maxBytesPerSecond * BURST_SECONDS;
    let bucket = this.#buckets.get(client);
    if (bucket) {
      const seconds = (now - bucket.at) / MS_PER_SECOND;
      bucket.messages = Math.min(messages, bucket.messages + seconds * maxMessagesPerSecond);
      bucket.bytes = Math.min(bytes, bucket.bytes + seconds * maxBytesPerSecond);
      bucket.at = now;
    } else {
      this.#buckets.set(client, (bucket = { messages, bytes, at: now }));
    }
    return bucket;
  }
}
