import { systemClock, type Clock } from '../../util/timers.js';
import type { Entry } from './recording.js';

/** The receiver of a recording: one client. */
export interface Outlet {
  /** Sends messages in one payload. */
  sendMessages(messages: readonly unknown[]): void;
  sendEvent(name: string, args: readonly unknown[]): void;
  /** Ends the session, after what was sent. */
  end(): void;
  /** True if too much data waits for the client; then `onDrain` is called when it was sent. */
  isFull(onDrain: () => void): boolean;
}

export interface Pace {
  /** How much faster than it was recorded; `Infinity`: as fast as the client reads. */
  readonly speed: number;
  /** Whether to wait for a message of the client wherever the recording has one. */
  readonly isInTurn: boolean;
}

/** The most entries that are played in one turn of the event loop. */
const MAX_AT_ONCE = 100;

/** Plays a recording to one client. */
export class Player {
  readonly #entries: readonly Entry[];
  readonly #pace: Pace;
  readonly #outlet: Outlet;
  readonly #clock: Clock;
  readonly #onEnd: () => void;
  /** The time at which the recording began, as if it was played without interruptions. */
  #origin: number;
  #next = 0;
  /** Messages of the client that no entry has used yet. */
  #received = 0;
  #timer: unknown = null;
  #isWaiting = false;
  #isStopped = false;

  /** @param onEnd called after the last entry */
  constructor(
    entries: readonly Entry[],
    pace: Pace,
    outlet: Outlet,
    onEnd: () => void,
    clock: Clock = systemClock,
  ) {
    this.#entries = entries;
    this.#pace = pace;
    this.#outlet = outlet;
    this.#onEnd = onEnd;
    this.#clock = clock;
    this.#origin = clock.now();
  }

  start(): void {
    this.#play();
  }

  /** The client has sent a message or an event. */
  onClientMessage(): void {
    if (!this.#pace.isInTurn) return;
    this.#received++;
    if (this.#isWaiting) {
      this.#isWaiting = false;
      this.#origin = this.#clock.now() - this.#offsetOf(this.#entries[this.#next]);
      this.#play();
    }
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** When an entry is due, in milliseconds since the origin. */
  #offsetOf(entry: Entry | undefined): number {
    return (entry?.at ?? 0) / this.#pace.speed;
  }

  #play(): void {
    this.#timer = null;
    for (let count = 0; !this.#isStopped; count++) {
      const entry = this.#entries[this.#next];
      if (!entry) break;
      const wait = this.#origin + this.#offsetOf(entry) - this.#clock.now();
      if (wait > 0 || count >= MAX_AT_ONCE) {
        this.#timer = this.#clock.setTimeout(() => this.#play(), Math.max(Math.ceil(wait), 0));
        return;
      }
      if (this.#outlet.isFull(() => this.#play())) return;
      if (!this.#playOne(entry)) return;
    }
    // Called also if the last entry has ended the session and stopped the player.
    if (this.#next === this.#entries.length) this.#onEnd();
  }

  /** Returns false if the client has to send a message first. */
  #playOne(entry: Entry): boolean {
    if (entry.type !== 'connect' && entry.from === 'client') return this.#playClient(entry);
    this.#next++;
    if (entry.type === 'message') this.#outlet.sendMessages(this.#messagesFrom(entry));
    else if (entry.type === 'event') this.#outlet.sendEvent(entry.name, entry.args);
    // A connection in the middle was replaced by another one.
    else if (entry.type === 'disconnect' && this.#next === this.#entries.length) this.#outlet.end();
    return true;
  }

  #playClient({ type }: Entry): boolean {
    if (this.#pace.isInTurn && type !== 'disconnect') {
      if (this.#received === 0) {
        this.#isWaiting = true;
        return false;
      }
      this.#received--;
    }
    this.#next++;
    return true;
  }

  /** The messages that arrived together: those of one payload. */
  #messagesFrom(first: Entry & { readonly type: 'message' }): readonly unknown[] {
    const messages = [first.data];
    for (;;) {
      const entry = this.#entries[this.#next];
      if (entry?.type !== 'message' || entry.from !== 'server' || entry.at !== first.at) break;
      if (messages.length >= MAX_AT_ONCE) break;
      messages.push(entry.data);
      this.#next++;
    }
    return messages;
  }
}
