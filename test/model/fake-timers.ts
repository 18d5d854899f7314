/**
 * Has the global timer functions wait for a clock of the test: lib and ws call them.
 *
 * @module
 */
import type { ManualClock } from '../support/clock.js';

type Callback = (...args: unknown[]) => void;

class FakeTimer {
  readonly #clock: ManualClock;
  readonly #run: () => void;
  readonly #ms: number;
  #handle: unknown = null;

  constructor(clock: ManualClock, callback: () => void, ms: number, isRepeated: boolean) {
    this.#clock = clock;
    this.#ms = Math.max(1, ms);
    this.#run = () => {
      this.#handle = null;
      if (isRepeated) this.refresh();
      callback();
    };
    this.refresh();
  }

  refresh(): this {
    this.clear();
    this.#handle = this.#clock.setTimeout(this.#run, this.#ms);
    return this;
  }

  clear(): void {
    if (this.#handle !== null) this.#clock.clearTimeout(this.#handle);
    this.#handle = null;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/** Clears fake timers, and leaves real ones to `original`. */
const clear =
  (original: (handle: NodeJS.Timeout) => void) =>
  (handle: unknown): void => {
    if (handle instanceof FakeTimer) handle.clear();
    else original(handle as NodeJS.Timeout);
  };

/** Replaces `setTimeout`, `setInterval` and what clears them; returns what undoes it. */
export function replaceTimers(clock: ManualClock): () => void {
  const { setTimeout, setInterval, clearTimeout, clearInterval } = globalThis;
  const create =
    (isRepeated: boolean) =>
    (callback: Callback, ms = 0, ...args: unknown[]): FakeTimer =>
      new FakeTimer(clock, () => callback(...args), ms, isRepeated);
  Object.assign(globalThis, {
    setTimeout: create(false),
    setInterval: create(true),
    clearTimeout: clear(clearTimeout),
    clearInterval: clear(clearInterval),
  });
  return () => Object.assign(globalThis, { setTimeout, setInterval, clearTimeout, clearInterval });
}
