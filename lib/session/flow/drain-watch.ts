import type { EventEmitter } from 'node:events';
import { emitSafely } from '../../events/emit.js';
import type { Connection } from '../connection.js';

/** The used part of a session. */
export interface WatchedClient extends EventEmitter {
  readonly _isEnding: boolean;
  /** True if as much waits as `highWaterMark` allows, or more. */
  readonly _isFull: boolean;
  readonly _current: Connection | null;
  _drainWatch: DrainWatch | null;
}

/**
 * Emits `drain` once less than `highWaterMark` waits for a client.
 *
 * A client has one only after the application has read that too much waits, so that other clients
 * need no memory for it. It compares again when a connection has sent all its data, when the client
 * has another connection, when the queue was sent, and when an answer to a poll was read.
 */
export class DrainWatch {
  readonly #client: WatchedClient;
  #isWaiting = false;
  #isScheduled = false;

  constructor(client: WatchedClient) {
    this.#client = client;
    this.#observe();
  }

  /** Compares at the end of this turn, because something was sent or can be sent. */
  schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    process.nextTick(() => {
      this.#isScheduled = false;
      this.#check();
    });
  }

  #check(): void {
    const client = this.#client;
    if (client._drainWatch !== this) return;
    if (client._isEnding) {
      client._drainWatch = null;
    } else if (client._isFull) {
      this.#observe();
    } else {
      client._drainWatch = null;
      emitSafely(client, 'drain');
    }
  }

  /** Waits for the connection, if it has something to send. Otherwise the session calls `schedule`. */
  #observe(): void {
    const { _current: connection } = this.#client;
    if (this.#isWaiting || connection === null || connection.bufferedAmount === 0) return;
    this.#isWaiting = true;
    connection.onDrain((isSent) => {
      this.#isWaiting = false;
      // A connection that is breaking would call back at once, in an endless loop.
      if (isSent) this.#check();
    });
  }
}
