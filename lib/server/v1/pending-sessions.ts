/**
 * The sessions between their handshake and their first connection.
 *
 * @module
 */
import { HandshakeData } from '../../session/v1/handshake-data.js';
import { Timer, type Timers } from '../../util/timers.js';

/** How long a session may wait for its first connection; then its id expires. */
const EXPIRY_MS = 30_000;

class PendingSession {
  readonly handshake: HandshakeData;
  readonly timer: Timer;
  /** Ends its count against `maxHandshakes`. */
  readonly release: () => void;

  constructor(handshake: HandshakeData, release: () => void, onTimeout: () => void) {
    this.handshake = handshake;
    this.release = release;
    this.timer = new Timer({ onTimeout });
  }
}

export class PendingSessions {
  readonly #timers: Timers;
  readonly #pending = new Map<string, PendingSession>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  has(sessionId: string): boolean {
    return this.#pending.has(sessionId);
  }

  /** @param release called when the session is no longer pending */
  add(sessionId: string, handshake: HandshakeData, release: () => void): void {
    const pending = new PendingSession(handshake, release, () => void this.take(sessionId));
    this.#pending.set(sessionId, pending);
    this.#timers.set(pending.timer, EXPIRY_MS);
  }

  /** Removes a pending session; undefined if there is none. */
  take(sessionId: string): HandshakeData | undefined {
    const pending = this.#pending.get(sessionId);
    if (!pending) return undefined;
    this.#pending.delete(sessionId);
    this.#timers.clear(pending.timer);
    pending.release();
    return pending.handshake;
  }

  clear(): void {
    for (const sessionId of this.#pending.keys()) this.take(sessionId);
  }
}
