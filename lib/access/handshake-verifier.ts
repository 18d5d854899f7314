/**
 * What a new session has to pass: the limits first, then the application's word.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Admission } from './session-limiter.js';
import { ask, Waiting, type Decision } from './authorize.js';
import type { ResolvedOptions } from '../options.js';
import type { RefusalCode } from './refusal.js';
import type { Timers } from '../util/timers.js';

const CLOSING: Decision = { isAdmitted: false, status: 503, message: 'This server is closing' };

/** Tells why somebody may not pass; with the application's own words if it gave any. */
export type Refuse = (
  code: RefusalCode,
  own?: { readonly status: number; readonly message: string },
) => void;

export class Gate {
  readonly #options: ResolvedOptions;
  readonly #admission: Admission;
  readonly #timers: Timers;
  readonly #waiting = new Set<Waiting>();

  constructor(options: ResolvedOptions, admission: Admission, timers: Timers) {
    this.#options = options;
    this.#admission = admission;
    this.#timers = timers;
  }

  /** Calls `open` or `refuse`: at once, when the application has decided, or neither if the client goes. */
  pass(
    request: IncomingMessage,
    target: ServerResponse | Socket,
    open: () => void,
    refuse: Refuse,
  ): void {
    const objection = this.#admission.objection(request);
    if (objection) {
      refuse(objection);
      return;
    }
    const { authorize, handshakeTimeout } = this.#options;
    if (!authorize) {
      open();
      return;
    }
    const release = this.#admission.hold(request);
    if (!release) {
      refuse('ERR_SIO_TOO_MANY_HANDSHAKES');
      return;
    }
    const waiting = new Waiting(this.#timers, target, handshakeTimeout, (decision) => {
      release();
      this.#waiting.delete(waiting);
      if (decision?.isAdmitted) open();
      else if (decision) refuse('ERR_SIO_UNAUTHORIZED', decision);
    });
    this.#waiting.add(waiting);
    ask(authorize, request, (decision) => waiting.settle(decision));
  }

  /** Nobody who still waits gets in. */
  close(): void {
    for (const waiting of this.#waiting) waiting.settle(CLOSING);
  }
}
