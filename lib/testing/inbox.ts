import { inspect } from 'node:util';
import type { Network } from './memory/network.js';
import { TestError } from './test-error.js';

// Saved here, because test runners replace the globals.
const startTimer = setTimeout;
const stopTimer = clearTimeout;

/** The most characters of the arrived items in an error message. */
const MAX_SHOWN = 200;

/** What has arrived, in order; each item is taken once. */
export class Inbox<T> {
  /** All that has arrived, whether it was taken or not. */
  readonly all: T[] = [];
  readonly #what: string;
  readonly #network: Network;
  readonly #timeoutMs: number;
  #taken = 0;
  #error: Error | null = null;
  #wake: (() => void) | null = null;

  /** @param what a name of the items, with its article, for error messages */
  constructor(what: string, network: Network, timeoutMs: number) {
    this.#what = what;
    this.#network = network;
    this.#timeoutMs = timeoutMs;
  }

  push(item: T): void {
    this.all.push(item);
    this.#wake?.();
  }

  /** Nothing more arrives. */
  fail(error: Error): void {
    this.#error ??= error;
    this.#wake?.();
  }

  /** More may arrive again. */
  recover(): void {
    this.#error = null;
  }

  /**
   * Takes the next item, or waits for it.
   *
   * @throws {TestError} `ERR_SIO_TEST_TIMEOUT` if it does not arrive, `ERR_SIO_TEST_ENDED` if it
   *   cannot arrive any more.
   */
  async next(): Promise<T> {
    if (!this.#isReady) await this.#wait();
    if (this.#taken < this.all.length) return this.all[this.#taken++] as T;
    throw this.#error ?? this.#timeoutError();
  }

  get #isReady(): boolean {
    return this.#taken < this.all.length || this.#error !== null;
  }

  async #wait(): Promise<void> {
    if (this.#wake) throw new Error(`Another call already waits for ${this.#what}`);
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = startTimer(resolve, this.#timeoutMs);
    });
    stopTimer(timer);
    // The process may have been busy until now, with the item on its way.
    if (!this.#isReady) await this.#network.settle();
    this.#wake = null;
  }

  #timeoutError(): TestError {
    const arrived =
      this.all.length === 0 ? 'nothing' : inspect(this.all, { breakLength: Infinity });
    const shown = arrived.length > MAX_SHOWN ? `${arrived.slice(0, MAX_SHOWN)}…` : arrived;
    const message = `Expected ${this.#what} within ${this.#timeoutMs} ms; so far ${shown} arrived`;
    return new TestError('ERR_SIO_TEST_TIMEOUT', message);
  }
}
