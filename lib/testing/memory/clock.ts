import type { Clock } from '../../util/timers.js';
import type { Network } from './network.js';

interface Timeout {
  readonly at: number;
  readonly callback: () => void;
}

/**
 * A clock that only the test advances. Heartbeats, timeouts and the durations of polls
 * depend on it; timers of the application do not.
 *
 * @example
 * const { clock } = createTestServer();
 * await clock.advance(25_000);
 */
export class TestClock implements Clock {
  readonly #network: Network;
  readonly #timeouts = new Set<Timeout>();
  #now = 0;
  #isAdvancing = false;

  /** @internal */
  constructor(network: Network) {
    this.#network = network;
  }

  /** Milliseconds since the clock was created, all of them by {@link advance}. */
  now(): number {
    return this.#now;
  }

  /** Calls `callback` when the clock has advanced by `ms`. */
  setTimeout(callback: () => void, ms: number): unknown {
    const timeout: Timeout = { at: this.#now + Math.max(0, ms), callback };
    this.#timeouts.add(timeout);
    return timeout;
  }

  /** Cancels a timeout. */
  clearTimeout(handle: unknown): void {
    this.#timeouts.delete(handle as Timeout);
  }

  /**
   * Advances the time. All timers that are due run at their time and in order. The effects of each,
   * such as a heartbeat and its answer, are complete before the next one runs.
   *
   * @param ms milliseconds, 0 or more
   * @throws {RangeError} If `ms` is negative or not finite.
   * @throws {Error} If an earlier call has not finished.
   */
  async advance(ms: number): Promise<void> {
    if (!(ms >= 0 && ms < Infinity)) {
      throw new RangeError(`Expected \`ms\` to be a number of milliseconds, 0 or more, got ${ms}`);
    }
    if (this.#isAdvancing) throw new Error('The clock is advancing: await the earlier call');
    this.#isAdvancing = true;
    try {
      await this.#advanceTo(this.#now + ms);
    } finally {
      this.#isAdvancing = false;
    }
  }

  async #advanceTo(end: number): Promise<void> {
    // oxlint-disable eslint/no-await-in-loop -- one timeout after the other
    await this.#network.settle();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#timeouts.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await this.#network.settle();
    }
    // oxlint-enable eslint/no-await-in-loop
    this.#now = end;
  }

  #next(end: number): Timeout | undefined {
    let first: Timeout | undefined;
    for (const timeout of this.#timeouts) {
      if (timeout.at <= end && (!first || timeout.at < first.at)) first = timeout;
    }
    return first;
  }
}
