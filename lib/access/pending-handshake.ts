import { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createDebug } from '../util/debug.js';
import { Timer, type Timers } from '../util/timers.js';
import type { Decision } from './authorize.js';

const debug = createDebug('socket.io:authorize');

const LATE: Decision = Object.freeze({
  isAdmitted: false,
  status: 503,
  message: 'Authorization took too long',
});

/** True if the client has closed. A pipelined response is not told of it while it waits for its turn. */
function isGone(target: ServerResponse | Socket): boolean {
  if (target.destroyed) return true;
  return target instanceof ServerResponse && !target.req.socket.writable;
}

function ignoreError(error: Error): void {
  debug('ignored %s', error);
}

/** A handshake between its request and its verdict. It may also go away, or take too long. */
export class PendingHandshake {
  readonly #timers: Timers;
  readonly #target: ServerResponse | Socket;
  readonly #done: (decision: Decision | null) => void;
  readonly #timer: Timer = new Timer(this);
  #isOver = false;

  /** @param done called once: with the decision, or with null if nobody waits for it any longer. */
  constructor(
    timers: Timers,
    target: ServerResponse | Socket,
    limitMs: number,
    done: (decision: Decision | null) => void,
  ) {
    this.#timers = timers;
    this.#target = target;
    this.#done = done;
    // After an upgrade nobody else listens; a reset would be an uncaught exception.
    target.on('error', ignoreError);
    target.on('close', this.#onClose);
    if (limitMs > 0) timers.set(this.#timer, limitMs);
  }

  settle(decision: Decision | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timers.clear(this.#timer);
    this.#target.off('error', ignoreError);
    this.#target.off('close', this.#onClose);
    this.#done(isGone(this.#target) ? null : decision);
  }

  /** @internal */
  onTimeout(): void {
    this.settle(LATE);
  }

  readonly #onClose = (): void => this.settle(null);
}
