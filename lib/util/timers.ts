/**
 * One clock for everything that waits: heartbeats, grace periods, polls.
 *
 * Sessions wait for few different spans of time, so timers of one delay stand in one list,
 * in the order they are due, and one Node timer watches the head of each list. Setting and
 * clearing an timer moves pointers and allocates nothing.
 *
 * @module
 */

/** Where time comes from; tests bring their own. */
export interface Clock {
  /** Whole milliseconds, never going back: an integer needs no memory of its own. */
  now(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

export const systemClock: Clock = {
  now: () => Math.trunc(performance.now()),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

/** Spans of a second and more may end this much late, so that one wake-up serves many. */
const GRAIN_MS = 20;
const GRAINED_FROM_MS = 1000;

/**
 * Later than this, the process did not run: it was suspended, or busy. What the clients sent
 * meanwhile waits in the system, and is read only after the timers; so they get a grace.
 */
const STALLED_FROM_MS = 1000;
const GRACE_MS = 500;

/** One thing to wait for, of one owner: set and cleared through {@link Timers}. */
export class Timer {
  /** @internal */ list: TimerList | null = null;
  /** @internal */ previous: Timer | null = null;
  /** @internal */ next: Timer | null = null;
  /** @internal */ due = 0;

  readonly owner: { onTimeout(): void };

  constructor(owner: { onTimeout(): void }) {
    this.owner = owner;
  }
}

/** The timers of one delay. */
class TimerList {
  head: Timer | null = null;
  tail: Timer | null = null;
  handle: unknown = null;
  /** Late by a stall, and for once put off. */
  isDeferred = false;
  readonly delay: number;

  constructor(delay: number) {
    this.delay = delay;
  }

  append(timer: Timer): void {
    timer.list = this;
    timer.previous = this.tail;
    if (this.tail) this.tail.next = timer;
    else this.head = timer;
    this.tail = timer;
  }

  remove(timer: Timer): void {
    if (timer.previous) timer.previous.next = timer.next;
    else this.head = timer.next;
    if (timer.next) timer.next.previous = timer.previous;
    else this.tail = timer.previous;
    timer.list = timer.previous = timer.next = null;
  }
}

export class Timers {
  readonly #clock: Clock;
  readonly #lists = new Map<number, TimerList>();

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Number of timers that wait. */
  get size(): number {
    let count = 0;
    for (const list of this.#lists.values()) {
      for (let timer = list.head; timer; timer = timer.next) count++;
    }
    return count;
  }

  /** Lets `timer` ring once, `delay` milliseconds from now; an earlier setting is forgotten. */
  set(timer: Timer, delay: number): void {
    if (timer.list) this.clear(timer);
    let list = this.#lists.get(delay);
    if (!list) this.#lists.set(delay, (list = new TimerList(delay)));
    timer.due = this.#clock.now() + delay;
    list.append(timer);
    if (list.handle === null) this.#schedule(list, delay);
  }

  clear(timer: Timer): void {
    const list = timer.list;
    if (!list) return;
    list.remove(timer);
    if (!list.head) this.#drop(list);
  }

  #schedule(list: TimerList, ms: number): void {
    const grain = list.delay >= GRAINED_FROM_MS ? GRAIN_MS : 1;
    list.handle = this.#clock.setTimeout(() => this.#fire(list), Math.ceil(ms / grain) * grain);
  }

  #drop(list: TimerList): void {
    if (list.handle !== null) this.#clock.clearTimeout(list.handle);
    list.handle = null;
    if (this.#lists.get(list.delay) === list) this.#lists.delete(list.delay);
  }

  #fire(list: TimerList): void {
    list.handle = null;
    const now = this.#clock.now();
    if (list.head && now - list.head.due > STALLED_FROM_MS && !list.isDeferred) {
      list.isDeferred = true;
      this.#schedule(list, GRACE_MS);
      return;
    }
    list.isDeferred = false;
    // An timer set while the list rings is due later than `now`, so this ends.
    for (let timer = list.head; timer && timer.due <= now; timer = list.head) {
      list.remove(timer);
      timer.owner.onTimeout();
    }
    if (!list.head) this.#drop(list);
    else if (list.handle === null) this.#schedule(list, list.head.due - now);
  }
}
