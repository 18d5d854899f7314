import type { Clock } from '../../lib/util/timers.js';

interface Timeout {
  readonly at: number;
  readonly callback: () => void;
}

/** Time that passes only when the test says so. Goes into `options.clock`. */
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

  /** How many timeouts wait. */
  get pending(): number {
    return this.#timeouts.size;
  }

  /** Lets `ms` pass, running what is due in the order it is due. */
  tick(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#timeouts.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }

  /** Lets `ms` pass in which the process does nothing at all. */
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
