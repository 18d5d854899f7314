/**
 * The checks before a new session: the limits first, then `authorize`.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { SessionLimiter } from './session-limiter.js';
import { callAuthorize, type Decision } from './authorize.js';
import { PendingHandshake, PendingSocket } from './pending-handshake.js';
import type { ResolvedOptions } from '../options.js';
import type { RefusalCode } from './refusal.js';
import type { Timers } from '../util/timers.js';

const CLOSING: Decision = { isAdmitted: false, status: 503, message: 'This server is closing' };

/**
 * Called with the code of a refusal; `own` has the status and message that the application chose.
 */
export type Refuse = (
  code: RefusalCode,
  own?: { readonly status: number; readonly message: string },
) => void;

export class HandshakeVerifier {
  readonly #options: ResolvedOptions;
  readonly #limiter: SessionLimiter;
  readonly #timers: Timers;
  readonly #pending = new Set<PendingHandshake>();
  readonly #sockets = new Map<Socket, PendingSocket>();

  constructor(options: ResolvedOptions, limiter: SessionLimiter, timers: Timers) {
    this.#options = options;
    this.#limiter = limiter;
    this.#timers = timers;
  }

  /**
   * Calls `open` or `refuse`, at once or when the application has decided. Calls neither if the
   * client closes its connection before.
   */
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
    const isUpgrade = !('writeHead' in target);
    const socket = isUpgrade ? target : request.socket;
    const shared = this.#sockets.get(socket) ?? new PendingSocket(socket, isUpgrade);
    this.#sockets.set(socket, shared);
    const done = (decision: Decision | null): void => {
      release();
      this.#pending.delete(pending);
      if (shared.size === 0) this.#sockets.delete(socket);
      // The Listener may have begun to end meanwhile: the client continues elsewhere at once.
      if (decision?.isAdmitted && this.#limiter.isDraining) refuse('ERR_SIO_DRAINING');
      else if (decision?.isAdmitted) open();
      else if (decision) refuse('ERR_SIO_UNAUTHORIZED', decision);
    };
    const pending = new PendingHandshake(this.#timers, target, shared, handshakeTimeout, done);
    this.#pending.add(pending);
    callAuthorize(authorize, request, (decision) => pending.settle(decision));
  }

  /** Rejects all pending handshakes. Returns where their responses are written. */
  close(): (ServerResponse | Socket)[] {
    const pending = [...this.#pending];
    for (const handshake of pending) handshake.settle(CLOSING);
    return pending.map(({ target }) => target);
  }
}
