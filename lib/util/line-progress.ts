/**
 * Distinguishes a slow connection from a lost one.
 *
 * A heartbeat is queued after other data: a large message to the client, or from it. On a slow line
 * its echo takes longer than `timeout`, though the client still works. So when the timer of a
 * session expires, the data that the line has transferred meanwhile is examined:
 *
 * - Bytes that have arrived are progress, also those of an unfinished message.
 * - Bytes that the system has taken are progress if some had to wait before: its buffer was full,
 *   and has room again only because the peer has acknowledged data. Without a backlog they are not:
 *   the system takes a few bytes for a lost peer too.
 * - What the system has taken but the peer has not received is invisible. So the timer is extended
 *   once for bytes that were written and that the client has not confirmed: by the time that they
 *   take on a slow line, at most a minute.
 *
 * Nothing is measured until an echo is late, or a large response to a poll is sent.
 *
 * @module
 */
import type { Socket } from 'node:net';

/** The speed of a line that is still usable. */
const SLOW_BYTES_PER_SECOND = 16 * 1024;
const LONGEST_EXTRA_MS = 60_000;
/** The timer is extended in steps, so that the end of the connection is detected. */
const SHORTEST_STEP_MS = 1000;

/** What `net.Socket` has and its types lack. */
interface SocketInternals {
  /** libuv's stream, with the bytes that the system has not taken yet. */
  readonly _handle?: { readonly writeQueueSize?: number } | null;
}

/** Extra time for `bytes` that were written and not confirmed; 0 for few. */
export function extraTime(bytes: number): number {
  return Math.min(Math.floor(bytes / SLOW_BYTES_PER_SECOND) * 1000, LONGEST_EXTRA_MS);
}

export class LineProgress {
  readonly #socket: Socket;
  #extra: number;
  #read: number;
  #taken: number;
  #waiting: number;
  #hasBacklog: boolean;

  /**
   * @param unconfirmed bytes that were written, and that the client may not have received
   * @param bytesRead `socket.bytesRead` at some earlier time: a backlog that is not known from then
   *   extends the first timeout
   */
  constructor(socket: Socket, unconfirmed: number, bytesRead?: number) {
    this.#socket = socket;
    this.#extra = extraTime(unconfirmed);
    this.#read = bytesRead ?? socket.bytesRead;
    this.#waiting = waiting(socket);
    this.#taken = taken(socket);
    this.#hasBacklog = bytesRead !== undefined && this.#waiting > 0;
  }

  /** Milliseconds to wait on, given that `timeout` has just passed; 0 if there was no progress. */
  extension(timeout: number): number {
    if (this.#socket.destroyed) return 0;
    const before = this.#read;
    this.#read = this.#socket.bytesRead;
    const hasBacklog = this.#hasBacklog;
    this.#hasBacklog = false;
    if (this.hasTaken() || this.#read > before || hasBacklog) return timeout;
    const wait = Math.min(this.#extra, Math.max(timeout, SHORTEST_STEP_MS));
    this.#extra -= wait;
    return wait;
  }

  /** Only data that arrives from now on is progress. */
  discountRead(): void {
    this.#read = this.#socket.bytesRead;
  }

  /** True if the peer has taken data that had to wait at the last call. */
  hasTaken(): boolean {
    const waitedBefore = this.#waiting;
    const takenBefore = this.#taken;
    this.#waiting = waiting(this.#socket);
    this.#taken = taken(this.#socket);
    return waitedBefore > 0 && (this.#waiting < waitedBefore || this.#taken > takenBefore);
  }
}

/** Bytes that the system has not taken of the write that is in progress. */
function waiting(socket: Socket & SocketInternals): number {
  return socket._handle?.writeQueueSize ?? 0;
}

/** Bytes of the writes that are complete. */
function taken(socket: Socket): number {
  return socket.bytesWritten - socket.writableLength;
}
