import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ignoreError } from '../util/ignore-error.js';
import { linger } from '../util/linger.js';
import { Timer, type Timers } from '../util/timers.js';
import type { Decision } from './authorize.js';

const LATE: Decision = Object.freeze({
  isAdmitted: false,
  status: 503,
  message: 'Authorization took too long',
});

/**
 * A handshake between its request and its decision. It ends early if its client closes, or after a
 * timeout.
 */
export class PendingHandshake {
  readonly target: ServerResponse | Socket;
  readonly #timers: Timers;
  readonly #socket: PendingSocket;
  readonly #done: (decision: Decision | null) => void;
  readonly #timer: Timer = new Timer(this);
  #isOver = false;

  /** @param done called once: with the decision, or with null if the client has closed */
  constructor(
    timers: Timers,
    target: ServerResponse | Socket,
    socket: PendingSocket,
    limitMs: number,
    done: (decision: Decision | null) => void,
  ) {
    this.#timers = timers;
    this.target = target;
    this.#socket = socket;
    this.#done = done;
    // After an upgrade there is no other listener; a reset would be an uncaught exception.
    target.on('error', ignoreError);
    target.on('close', this.#onClose);
    socket.add(this);
    if (limitMs > 0) timers.set(this.#timer, limitMs);
  }

  settle(decision: Decision | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timers.clear(this.#timer);
    this.target.off('close', this.#onClose);
    const isGone = this.target.destroyed || this.#socket.isGone;
    this.#socket.remove(this);
    this.#done(isGone ? null : decision);
    if (isGone) this.#socket.release();
    // Removed only now: from here on, a transport has its own listener.
    else this.target.off('error', ignoreError);
  }

  /** @internal */
  onTimeout(): void {
    this.settle(LATE);
  }

  readonly #onClose = (): void => this.settle(null);
}

/**
 * The socket of pending handshakes, of several if requests are pipelined. Node reports the end of
 * the connection to the first unfinished response only, and not to the later ones.
 */
export class PendingSocket {
  readonly #socket: Socket;
  readonly #isUpgrade: boolean;
  readonly #pending = new Set<PendingHandshake>();

  constructor(socket: Socket, isUpgrade: boolean) {
    this.#socket = socket;
    this.#isUpgrade = isUpgrade;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** True if no response can reach the client. */
  get isGone(): boolean {
    const { destroyed, readableEnded, writableEnded } = this.#socket;
    return destroyed || readableEnded || writableEnded;
  }

  /** Destroys a socket that only one side has ended: nothing else does while handshakes are pending. */
  release(): void {
    if (this.#socket.destroyed) return;
    linger(this.#socket);
    if (this.#isUpgrade) this.#socket.resume();
  }

  add(handshake: PendingHandshake): void {
    this.#pending.add(handshake);
    if (this.#pending.size > 1) return;
    this.#socket.on('close', this.#onEnd);
    this.#socket.on('end', this.#onEnd);
  }

  remove(handshake: PendingHandshake): void {
    this.#pending.delete(handshake);
    if (this.#pending.size > 0) return;
    this.#socket.off('close', this.#onEnd);
    this.#socket.off('end', this.#onEnd);
  }

  readonly #onEnd = (): void => {
    for (const handshake of this.#pending) handshake.settle(null);
    // Nothing else closes our side after an upgrade.
    if (this.#isUpgrade) this.#socket.destroy();
  };
}
