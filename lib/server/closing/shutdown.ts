/**
 * The end of a Listener: at once, or after its clients were asked to continue elsewhere.
 *
 * @module
 */
import type { Server } from 'node:http';
import type { HandshakeVerifier } from '../../access/handshake-verifier.js';
import type { SessionLimiter } from '../../access/session-limiter.js';
import type { ExternalGroup } from '../../bridge/listener-port.js';
import type { ClientGroup } from '../../rooms/client-group.js';
import type { Timers } from '../../util/timers.js';
import { invalidType } from '../../util/invalid-type.js';
import { ServerAttachment, type RequestHandler } from '../attachment.js';
import type { Router } from '../router.js';
import type { SessionRegistry } from '../session-registry.js';
import { allClosed } from './awaitable.js';
import { Drain } from './drain.js';

/** Options of `listener.close`. */
export interface CloseOptions {
  /**
   * Over how many milliseconds the clients are asked to continue elsewhere; see `listener.close`.
   *
   * @default 0: all sessions end at once
   */
  readonly over?: number;
}

/** What ends with a Listener. */
export interface ShutdownParts {
  readonly server: Server;
  readonly handler: RequestHandler;
  readonly registry: SessionRegistry;
  readonly verifier: HandshakeVerifier;
  readonly limiter: SessionLimiter;
  readonly router: Router;
  readonly timers: Timers;
  readonly now: () => number;
  /** The groups of clients as they are now. */
  readonly groups: () => readonly ClientGroup[];
  /** True if other processes forward the requests of sessions to this one. */
  readonly isForwarded: boolean;
  /** Called first: what serves no sessions ends. */
  readonly onEnd: () => void;
  /** Called when all sessions have ended. */
  readonly onClosed: () => void;
}

const LONGEST_MS = 2 ** 31 - 1;

/** @throws as `listener.close` does */
export function checkOver(over: unknown): number {
  if (typeof over !== 'number') throw invalidType('over', 'a number of milliseconds', over);
  if (!(over >= 0 && over <= LONGEST_MS)) {
    throw new RangeError(`Expected \`over\` to be from 0 to ${LONGEST_MS}, got ${over}`);
  }
  return over;
}

export class Shutdown {
  readonly #parts: ShutdownParts;
  #drain: Drain | null = null;
  #closed: Promise<void> | null = null;
  /** Called when the last session has ended. */
  #onEmpty: (() => void) | null = null;

  constructor(parts: ShutdownParts) {
    this.#parts = parts;
  }

  /** Closes the Listener. A second call with `over` 0 ends a drain. */
  close(over: number): Promise<void> {
    if (over > 0) this.#closed ??= this.#closeOver(over);
    else if (this.#drain) this.#drain.end();
    else this.#closed ??= this.#close();
    return this.#closed as Promise<void>;
  }

  /** A session has ended. */
  onSessionEnd(): void {
    if (this.#parts.registry.size > 0) return;
    this.#onEmpty?.();
    this.#drain?.end();
  }

  /** The HTTP server has closed. While the Listener drains, other processes forward requests to it. */
  onServerClose(): void {
    if (this.#drain === null || !this.#parts.isForwarded) void this.end(false);
  }

  /** Ends all sessions and pending handshakes. Resolves when nothing of them is left to be sent. */
  async end(isFinal: boolean): Promise<void> {
    const { registry, verifier, router } = this.#parts;
    this.#parts.onEnd();
    const refused = verifier.close();
    const clients = [...registry.values()];
    const open = clients.filter((client) => client._open);
    const targets = open.map(({ response, connection }) => response ?? connection);
    for (const client of clients) {
      if (isFinal) client._close('server close');
      else client._end('server close');
    }
    for (const group of this.#external) {
      if (isFinal) group.close();
      else group.endAll();
    }
    if (registry.size > 0) await this.#serveClosing();
    router.close(isFinal);
    if (isFinal) this.#parts.onClosed();
    await allClosed([...refused, ...targets]);
  }

  #close(): Promise<void> {
    const { server, handler } = this.#parts;
    ServerAttachment.for(server).detach(handler);
    const closed = this.end(true);
    // A server that is closing has closed its idle connections before these polls were answered.
    if (!server.listening) server.closeIdleConnections?.();
    return closed;
  }

  async #closeOver(over: number): Promise<void> {
    const { limiter, registry } = this.#parts;
    limiter.isDraining = true;
    for (const group of this.#external) group.refuseNew();
    await new Promise<void>((resolve) => {
      this.#drain = new Drain(this.#parts, over, () => registry.all(), resolve);
    });
    this.#drain = null;
    await this.#close();
  }

  /** Serves the sessions that wait for a last connection, until all have ended. */
  async #serveClosing(): Promise<void> {
    const { server, handler, router } = this.#parts;
    router.stop();
    const attachment = ServerAttachment.for(server);
    // Another Listener may use the resource now: this one is called first, for its own sessions.
    const closing = { ...handler, resource: `${handler.resource} (closing)` };
    attachment.attach(closing);
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    this.#onEmpty = null;
    attachment.detach(closing);
  }

  get #external(): ExternalGroup[] {
    return this.#parts.groups().filter((group): group is ExternalGroup => 'endAll' in group);
  }
}
