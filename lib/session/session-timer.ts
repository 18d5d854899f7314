import { encodeHeartbeat, HEARTBEAT } from '../protocol/frames.js';
import { LineProgress } from '../util/line-progress.js';
import { Timer, type Timers } from '../util/timers.js';
import type { Connection } from './connection.js';

/**
 * The timer of a session, its heartbeats, and the signs of life that may extend it.
 *
 * It is due for the next heartbeat or for the echo of one while there is a connection, otherwise for
 * the end of the session. A heartbeat only notes what the connection has read and written so far;
 * anything else is measured if its echo is late.
 */
export class SessionTimer extends Timer {
  readonly #timers: Timers;
  /** True if the client has sent something since the timer was started. */
  #isActive = false;
  /** What a large write moves, or the connection of a late echo. */
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

  /** The payload of the latest heartbeat. */
  get heartbeat(): string {
    return encodeHeartbeat(this.#heartbeats);
  }

  /** @param progress what a large write moves from now on, if there was one */
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
   * Restarts an expired timer if the client is alive, and only its line is slow.
   *
   * @param connection the one that a heartbeat was sent on; null without a connection
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

  /** The client has sent something; false forgets that it has. */
  touch(isActive = true): void {
    this.#isActive = isActive;
  }

  /** Sends a heartbeat, whose echo has `timeout` milliseconds. */
  sendHeartbeat(connection: Connection, timeout: number): void {
    this.start(timeout);
    this.#isHeartbeatPending = true;
    this.#bytesRead = connection.socket.bytesRead;
    this.#heartbeats++;
    connection.write(this.heartbeat);
  }

  /**
   * Takes the echo of the pending heartbeat. Returns false for anything else: 0.6.18 accepted the
   * number 0, and none, too.
   */
  receiveEcho(text: string, connection: Connection | null): boolean {
    if (!this.#isHeartbeatPending || text !== HEARTBEAT + this.#heartbeats) return false;
    this.#isHeartbeatPending = false;
    this.#bytesConfirmed = connection?.socket.bytesWritten ?? 0;
    return true;
  }

  /** Forgets the pending heartbeat: it concerned a connection that has ended. */
  resetHeartbeat(): void {
    this.#isHeartbeatPending = false;
    this.#bytesConfirmed = 0;
  }
}
