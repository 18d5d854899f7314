import { LineProgress } from '../util/line-progress.js';
import { Timer, type Timers } from '../util/timers.js';
import type { Connection } from './connection.js';

/**
 * The timer of a session, its heartbeats, and the activity that may extend it.
 *
 * While there is a connection, it expires when the next heartbeat or its echo is due, otherwise
 * when the session must end. A heartbeat only records how much the connection has read and written;
 * everything else is measured only if the echo is late.
 */
export class SessionTimer extends Timer {
  readonly #timers: Timers;
  /** True if the client has sent something since the timer was started. */
  #isActive = false;
  /** The progress of a large write, or of a connection whose echo is late. */
  #progress: LineProgress | null = null;
  #heartbeats = 0;
  #isHeartbeatPending = false;
  /** `bytesRead` when the latest heartbeat was sent. */
  #bytesRead = 0;
  /** `bytesWritten` when the latest heartbeat was echoed. */
  #bytesConfirmed = 0;

  constructor(owner: { onTimeout(): void }, timers: Timers) {
    super(owner);
    this.#timers = timers;
  }

  /** True while the client has not echoed the latest heartbeat. */
  get isHeartbeatPending(): boolean {
    return this.#isHeartbeatPending;
  }

  /** Number of heartbeats so far. */
  get heartbeats(): number {
    return this.#heartbeats;
  }

  /** @param progress measures a large write from now on, if there was one */
  start(ms: number, progress: LineProgress | null = null): void {
    this.#isActive = false;
    this.#progress = progress;
    this.#timers.set(this, ms);
  }

  stop(): void {
    this.#progress = null;
    this.#timers.clear(this);
  }

  /**
   * Restarts an expired timer if the connection is slow, but still transfers data.
   *
   * @param connection the connection on which a heartbeat was sent; null if there is none
   */
  extend(ms: number, connection: Connection | null): boolean {
    if (connection !== null && this.#progress === null) {
      const { socket } = connection;
      const unconfirmed = socket.bytesWritten - this.#bytesConfirmed;
      this.#progress = new LineProgress(socket, unconfirmed, this.#bytesRead);
    }
    const moved = this.#progress?.extension(ms) ?? 0;
    const wait = Math.max(this.#isActive ? ms : 0, moved);
    if (wait === 0) return false;
    this.#isActive = false;
    this.#timers.set(this, wait);
    return true;
  }

  /** Records that the client has sent something; `false` clears this record. */
  touch(isActive = true): void {
    this.#isActive = isActive;
  }

  /** Returns the number of a new heartbeat. The client has `timeout` milliseconds to echo it. */
  countHeartbeat(connection: Connection, timeout: number): number {
    this.start(timeout);
    this.#isHeartbeatPending = true;
    this.#bytesRead = connection.socket.bytesRead;
    return ++this.#heartbeats;
  }

  /** Accepts the echo of the latest heartbeat; returns false if it is not pending. */
  receiveEcho(connection: Connection | null): boolean {
    if (!this.#isHeartbeatPending) return false;
    this.#isHeartbeatPending = false;
    this.#bytesConfirmed = connection?.socket.bytesWritten ?? 0;
    return true;
  }

  /** Only data that arrives from now on counts as activity. */
  discountRead({ socket }: Connection): void {
    if (!this.#isHeartbeatPending) return;
    this.#bytesRead = socket.bytesRead;
    this.#progress?.discountRead();
  }

  /** Drops the pending heartbeat: it concerned a connection that has ended. */
  resetHeartbeat(): void {
    this.#isHeartbeatPending = false;
    this.#bytesConfirmed = 0;
  }
}
