/**
 * One clock for everything that waits: heartbeats, grace periods, polls.
 *
 * Sessions wait for few different spans of time, so alarms of one span stand in one row,
 * in the order they are due, and one Node timer watches the head of each row. Setting and
 * clearing an alarm moves pointers and allocates nothing.
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
export class Alarm {
  /** @internal */ row: Row | null = null;
  /** @internal */ before: Alarm | null = null;
  /** @internal */ after: Alarm | null = null;
  /** @internal */ due = 0;

  readonly owner: { onAlarm(): void };

  constructor(owner: { onAlarm(): void }) {
    this.owner = owner;
  }
}

/** The alarms of one span. */
class Row {
  head: Alarm | null = null;
  tail: Alarm | null = null;
  timer: unknown = null;
  /** Late by a stall, and for once put off. */
  isInGrace = false;
  readonly span: number;

  constructor(span: number) {
    this.span = span;
  }

  append(alarm: Alarm): void {
    alarm.row = this;
    alarm.before = this.tail;
    if (this.tail) this.tail.after = alarm;
    else this.head = alarm;
    this.tail = alarm;
  }

  remove(alarm: Alarm): void {
    if (alarm.before) alarm.before.after = alarm.after;
    else this.head = alarm.after;
    if (alarm.after) alarm.after.before = alarm.before;
    else this.tail = alarm.before;
    alarm.row = alarm.before = alarm.after = null;
  }
}

export class Timers {
  readonly #clock: Clock;
  readonly #rows = new Map<number, Row>();

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Number of alarms that wait. */
  get size(): number {
    let count = 0;
    for (const row of this.#rows.values()) {
      for (let alarm = row.head; alarm; alarm = alarm.after) count++;
    }
    return count;
  }

  /** Lets `alarm` ring once, `span` milliseconds from now; an earlier setting is forgotten. */
  set(alarm: Alarm, span: number): void {
    if (alarm.row) this.clear(alarm);
    let row = this.#rows.get(span);
    if (!row) this.#rows.set(span, (row = new Row(span)));
    alarm.due = this.#clock.now() + span;
    row.append(alarm);
    if (row.timer === null) this.#watch(row, span);
  }

  clear(alarm: Alarm): void {
    const row = alarm.row;
    if (!row) return;
    row.remove(alarm);
    if (!row.head) this.#drop(row);
  }

  #watch(row: Row, ms: number): void {
    const grain = row.span >= GRAINED_FROM_MS ? GRAIN_MS : 1;
    row.timer = this.#clock.setTimeout(() => this.#ring(row), Math.ceil(ms / grain) * grain);
  }

  #drop(row: Row): void {
    if (row.timer !== null) this.#clock.clearTimeout(row.timer);
    row.timer = null;
    if (this.#rows.get(row.span) === row) this.#rows.delete(row.span);
  }

  #ring(row: Row): void {
    row.timer = null;
    const now = this.#clock.now();
    if (row.head && now - row.head.due > STALLED_FROM_MS && !row.isInGrace) {
      row.isInGrace = true;
      this.#watch(row, GRACE_MS);
      return;
    }
    row.isInGrace = false;
    // An alarm set while the row rings is due later than `now`, so this ends.
    for (let alarm = row.head; alarm && alarm.due <= now; alarm = row.head) {
      row.remove(alarm);
      alarm.owner.onAlarm();
    }
    if (!row.head) this.#drop(row);
    else if (row.timer === null) this.#watch(row, row.head.due - now);
  }
}
