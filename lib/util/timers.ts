/**
 * Timers for sessions: heartbeats, grace periods, polls.
 *
 * Node's own timers cost an object with a closure each. A server with 100,000 sessions sets and
 * clears a timer per session every few seconds, with the same few delays. So timers of one delay
 * form a linked list:
 *
 * - A new timer is due after all others of its delay, so it is appended, and the list stays sorted.
 *   Setting and clearing a timer moves pointers and allocates nothing.
 * - One Node timer per list waits for its head. When it fires, all timers that are due are taken from
 *   the head, in order, and the Node timer is set again for the new head. Clearing a timer does not
 *   touch the Node timer, unless the list becomes empty.
 * - Delays of a second and more are rounded up to 20 ms, so that one Node timer serves many
 *   sessions. A timer never fires early.
 * - Delays may be longer than the 31 bits that Node's timers take: the list then waits in several
 *   steps. `Infinity` never fires.
 *
 * A list that fires late means that the event loop was blocked, or the process suspended. What the
 * clients sent meanwhile has not been read yet, because Node runs timers before it polls for input.
 * To time out a client in this moment would be wrong: the delay is that of the server. So a late
 * list is deferred once, by a fixed time in which input is read. Any lateness that is clearly not
 * jitter counts: a timer that is due shortly before the end of a short stall causes the same error
 * as one in a long stall.
 *
 * @module
 */
import { AsyncResource } from 'node:async_hooks';

/**
 * A source of time: the option `clock`. Tests have one that stands still until it is advanced.
 *
 * The methods are called for nearly every message, so they MUST be fast.
 */
export interface Clock {
  /**
   * The time in milliseconds, from any origin. MUST be a whole number, which V8 stores without
   * allocating, and MUST NOT go backwards.
   */
  now(): number;
  /**
   * Calls `callback` once, when `now` has advanced by `ms`, at most 2147483647. MUST NOT call it
   * before it has returned. MAY call it late.
   */
  setTimeout(callback: () => void, ms: number): unknown;
  /**
   * Cancels the timeout that `setTimeout` returned. MUST NOT throw, also if it has been called or
   * cancelled.
   */
  clearTimeout(handle: unknown): void;
}

/**
 * The async context of this module. A Node timer runs its callback in the context that set it: that
 * of one session, while the timer serves all of its list.
 */
const ownContext: AsyncResource = new AsyncResource('socket.io:timers');

export const systemClock: Clock = {
  now: () => Math.trunc(performance.now()),
  setTimeout: (callback, ms) => ownContext.runInAsyncScope(setTimeout, null, callback, ms),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

/** Delays from {@link GRAINED_FROM_MS} on are rounded up to this. */
const GRAIN_MS = 20;
const GRAINED_FROM_MS = 1000;

/** A list that fires this late was delayed by a stall. Jitter of a busy machine stays below. */
const STALLED_FROM_MS = 100;
/** How long a delayed list is deferred. */
const GRACE_MS = 500;

/** The longest delay of a Node timer; it would fire a longer one after 1 ms. */
const LONGEST_MS = 2 ** 31 - 1;

/** A timer of one owner. Set and cleared through {@link Timers}. */
export class Timer {
  /** @internal */ list: TimerList | null = null;
  /** @internal */ previous: Timer | null = null;
  /** @internal */ next: Timer | null = null;
  /** @internal */ due = 0;

  readonly owner: { onTimeout(): void };

  constructor(owner: { onTimeout(): void }) {
    this.owner = owner;
  }

  /** True while it waits. */
  get isSet(): boolean {
    return this.list !== null;
  }
}

/** The timers of one delay, in the order they are due. */
class TimerList {
  head: Timer | null = null;
  tail: Timer | null = null;
  handle: unknown = null;
  /** True while the list is deferred after a stall, which happens once. */
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

/** Sets and clears the timers of one Listener. */
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

  /**
   * Schedules `timer` once, replacing any earlier schedule.
   *
   * @param delay milliseconds, 0 or more; `Infinity`: never
   */
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
    const delay = Math.min(Math.ceil(ms / grain) * grain, LONGEST_MS);
    list.handle = this.#clock.setTimeout(() => this.#fire(list), delay);
  }

  #drop(list: TimerList): void {
    if (list.handle !== null) this.#clock.clearTimeout(list.handle);
    list.handle = null;
    if (this.#lists.get(list.delay) === list) this.#lists.delete(list.delay);
  }

  #fire(list: TimerList): void {
    list.handle = null;
    const now = this.#clock.now();
    if (list.head && now - list.head.due >= STALLED_FROM_MS && !list.isDeferred) {
      list.isDeferred = true;
      this.#schedule(list, GRACE_MS);
      return;
    }
    list.isDeferred = false;
    // A timer that is set meanwhile is due later than `now`, so the loop ends.
    for (let timer = list.head; timer && timer.due <= now; timer = list.head) {
      list.remove(timer);
      timer.owner.onTimeout();
    }
    if (!list.head) this.#drop(list);
    else if (list.handle === null) this.#schedule(list, list.head.due - now);
  }
}
