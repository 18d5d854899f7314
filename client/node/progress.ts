/**
 * Distinguishes a slow connection from a lost one: bytes that arrive, or that the network accepts,
 * count as progress.
 *
 * @module
 */
import type { Socket } from 'node:net';
import { MAX_DELAY_MS } from './platform.js';

/** The network sockets of a transport; those of requests that have none yet are undefined. */
export type NetworkSockets = readonly (Socket | null | undefined)[];

/** The part of a libuv handle that is not in the types of Node. */
interface StreamHandle {
  /** Bytes that the operating system has not accepted yet. */
  readonly writeQueueSize?: number;
}

interface Progress {
  /** Bytes that have arrived. */
  readonly read: number;
  /** Bytes of the writes that are complete. */
  readonly written: number;
  /** Bytes of the other writes. */
  readonly pending: number;
  /** Bytes of the write in progress that the operating system has not accepted yet. */
  readonly queued: number;
}

function progressOf(sockets: NetworkSockets): Progress {
  let read = 0;
  let written = 0;
  let pending = 0;
  let queued = 0;
  for (const socket of sockets) {
    if (!socket) continue;
    const { _handle: handle } = socket as Socket & { readonly _handle?: StreamHandle | null };
    read += socket.bytesRead;
    // `bytesWritten` includes what is pending
    written += socket.bytesWritten - socket.writableLength;
    pending += socket.writableLength;
    queued += handle?.writeQueueSize ?? 0;
  }
  return { read, written, pending, queued };
}

/**
 * True if bytes have arrived, or bytes that were pending have been accepted. Short messages do not
 * count: the operating system accepts them also if the connection is lost.
 */
function hasProgressed(before: Progress, now: Progress): boolean {
  if (now.read !== before.read) return true;
  if (before.pending === 0) return now.pending > 0;
  return now.written !== before.written || now.queued < before.queued;
}

/** Calls `onStall` once no bytes have been transferred for `delay` milliseconds. */
export class ProgressWatch {
  /** For `clearTimeout`. */
  readonly timer: NodeJS.Timeout;
  readonly #sockets: () => NetworkSockets;
  readonly #onStall: () => void;
  #progress: Progress;

  constructor(sockets: () => NetworkSockets, delay: number, onStall: () => void) {
    this.#sockets = sockets;
    this.#onStall = onStall;
    this.#progress = progressOf(sockets());
    this.timer = setTimeout(() => this.#check(), Math.min(delay, MAX_DELAY_MS));
  }

  /** Starts the delay again. */
  restart(): void {
    this.#progress = progressOf(this.#sockets());
    this.timer.refresh();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  #check(): void {
    const before = this.#progress;
    this.#progress = progressOf(this.#sockets());
    if (hasProgressed(before, this.#progress)) this.timer.refresh();
    else this.#onStall();
  }
}
