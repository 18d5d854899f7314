import { Timer, type Timers } from '../../util/timers.js';

/** A session that is asked to continue elsewhere. */
export interface DrainedSession {
  _drain(): void;
}

/** In this part of the time all sessions are asked; the rest is left to their clients. */
const ASKING = 0.8;
/** The time between two steps, in milliseconds. */
const SHORTEST_STEP_MS = 20;
const LONGEST_STEP_MS = 1000;

/**
 * Asks sessions to continue elsewhere, evenly over a time, so that their clients do not reconnect at
 * the same moment. Ends when all sessions have ended, or the time is over.
 */
export class Drain {
  readonly #timers: Timers;
  readonly #now: () => number;
  readonly #sessions: () => readonly DrainedSession[];
  readonly #onEnd: () => void;
  readonly #begin: number;
  readonly #over: number;
  readonly #asked = new WeakSet<DrainedSession>();
  readonly #timer: Timer = new Timer(this);
  #count = 0;
  #hasEnded = false;

  /**
   * @param over the time in milliseconds
   * @param sessions returns the sessions that have not ended
   */
  constructor(
    { timers, now }: { readonly timers: Timers; readonly now: () => number },
    over: number,
    sessions: () => readonly DrainedSession[],
    onEnd: () => void,
  ) {
    this.#timers = timers;
    this.#now = now;
    this.#over = over;
    this.#sessions = sessions;
    this.#onEnd = onEnd;
    this.#begin = now();
    this.onTimeout();
  }

  /** The time is over: the sessions that are left are asked at once. Idempotent. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#timers.clear(this.#timer);
    for (const session of this.#sessions()) {
      if (!this.#asked.has(session)) session._drain();
    }
    this.#onEnd();
  }

  /** @internal The next step. */
  onTimeout(): void {
    const sessions = this.#sessions();
    const elapsed = this.#now() - this.#begin;
    if (sessions.length === 0 || elapsed >= this.#over) {
      this.end();
      return;
    }
    const waiting = sessions.filter((session) => !this.#asked.has(session));
    const all = this.#count + waiting.length;
    const step = Math.max(
      SHORTEST_STEP_MS,
      Math.min((this.#over * ASKING) / Math.max(all, 1), LONGEST_STEP_MS, this.#over - elapsed),
    );
    const share = Math.min(1, (elapsed + step) / (this.#over * ASKING));
    for (const session of waiting.slice(0, Math.ceil(all * share) - this.#count)) {
      this.#asked.add(session);
      this.#count++;
      session._drain();
    }
    if (this.#sessions().length === 0) this.end();
    else this.#timers.set(this.#timer, step);
  }
}
