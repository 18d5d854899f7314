import type { Clock } from '../../lib/util/timers.js';

interface Timeout {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock for `options.clock` that the test moves. */
export class ManualClock implements Clock {
  #now = 0;
  readonly #timeouts = new Set<Timeout>();

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, ms: number): unknown {
    const timeout = { at: this.#now + ms, callback };
    this.#timeouts.add(timeout);
    return timeout;
  }

  clearTimeout(handle: unknown): void {
    this.#timeouts.delete(handle as Timeout);
  }

  /** Number of timeouts that are set. */
  get pending(): number {
    return this.#timeouts.size;
  }

  /** Advances by `ms`, and runs the timeouts that are due in order. */
  tick(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#timeouts.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }

  /** Advances by `ms` without running timeouts, as a process that is suspended. */
  stall(ms: number): void {
    this.#now += ms;
  }

  #next(end: number): Timeout | undefined {
    let first: Timeout | undefined;
    for (const timeout of this.#timeouts) {
      if (timeout.at <= end && (!first || timeout.at < first.at)) first = timeout;
    }
    return first;
  }
}
