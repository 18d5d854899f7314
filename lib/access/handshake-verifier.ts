/**
 * What a new session has to pass: the limits first, then the application's word.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { SessionLimiter } from './session-limiter.js';
import { callAuthorize, type Decision } from './authorize.js';
import { PendingHandshake } from './pending-handshake.js';
import type { ResolvedOptions } from '../options.js';
import type { RefusalCode } from './refusal.js';
import type { Timers } from '../util/timers.js';

const CLOSING: Decision = { isAdmitted: false, status: 503, message: 'This server is closing' };

/** Tells why somebody may not pass; with the application's own words if it gave any. */
export type Refuse = (
  code: RefusalCode,
  own?: { readonly status: number; readonly message: string },
) => void;

export class HandshakeVerifier {
  readonly #options: ResolvedOptions;
  readonly #limiter: SessionLimiter;
  readonly #timers: Timers;
  readonly #pending = new Set<PendingHandshake>();

  constructor(options: ResolvedOptions, limiter: SessionLimiter, timers: Timers) {
    this.#options = options;
    this.#limiter = limiter;
    this.#timers = timers;
  }

  /** Calls `open` or `refuse`: at once, when the application has decided, or neither if the client goes. */
  verify(
    request: IncomingMessage,
    target: ServerResponse | Socket,
    open: () => void,
    refuse: Refuse,
  ): void {
    const code = this.#limiter.check(request);
    if (code) {
      refuse(code);
      return;
    }
    const { authorize, handshakeTimeout } = this.#options;
    if (!authorize) {
      open();
      return;
    }
    const release = this.#limiter.acquire(request);
    if (!release) {
      refuse('ERR_SIO_TOO_MANY_HANDSHAKES');
      return;
    }
    const pending = new PendingHandshake(this.#timers, target, handshakeTimeout, (decision) => {
      release();
      this.#pending.delete(pending);
      if (decision?.isAdmitted) open();
      else if (decision) refuse('ERR_SIO_UNAUTHORIZED', decision);
    });
    this.#pending.add(pending);
    callAuthorize(authorize, request, (decision) => pending.settle(decision));
  }

  /** Nobody who still waits gets in. */
  close(): void {
    for (const pending of this.#pending) pending.settle(CLOSING);
  }
}
