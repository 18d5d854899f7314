/**
 * The functions of a Listener that a bridge uses.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import type { HandshakeVerifier } from '../access/handshake-verifier.js';
import { originLogLine, type Origins } from '../access/origins.js';
import { refusal, type Refusal, type RefusalCode } from '../access/refusal.js';
import type { SessionLimiter } from '../access/session-limiter.js';
import type { ClientGroup } from '../rooms/client-group.js';
import type { Host } from '../session/client.js';

/** The clients of another server, as a group of a Listener. */
export interface ExternalGroup extends ClientGroup {
  /** MUST let no more clients connect, in such a way that they try again. */
  refuseNew(): void;
  /** MUST end all clients. */
  endAll(): void;
  /** MUST end all clients, and add no others from now on. */
  close(): void;
}

/** The parts of a Listener that a bridge needs. */
export interface ListenerParts {
  readonly host: Host;
  readonly origins: Origins;
  readonly verifier: HandshakeVerifier;
  readonly limiter: SessionLimiter;
  /** True if the client uses TLS, to the server or to a trusted proxy. */
  isSecure(request: IncomingMessage): boolean;
  onRefused(refusal: Refusal): void;
  /** Adds a group; returns a function that removes it. */
  addGroup(group: ExternalGroup): () => void;
  /** Leaves requests to another server; returns a function that undoes it. */
  addOwner(owns: (request: IncomingMessage) => boolean): () => void;
}

type Own = { readonly status: number; readonly message: string };

export class ListenerPort {
  readonly host: Host;
  readonly #parts: ListenerParts;

  constructor(parts: ListenerParts) {
    this.host = parts.host;
    this.#parts = parts;
  }

  /**
   * Adds a group of clients. The Listener handles requests before all other listeners of the HTTP
   * server, also before those that were added later. It leaves the requests for which `owns`
   * returns true to the other server.
   *
   * @returns a function that undoes it
   */
  add(group: ExternalGroup, owns: (request: IncomingMessage) => boolean): () => void {
    const removeGroup = this.#parts.addGroup(group);
    const removeOwner = this.#parts.addOwner(owns);
    return () => {
      removeGroup();
      removeOwner();
    };
  }

  /** True if the client uses TLS. */
  isSecure(request: IncomingMessage): boolean {
    return this.#parts.isSecure(request);
  }

  /**
   * Checks the limits on sessions again, when a client connects: others may have connected during
   * `authorize`. Emits `refused` if there are too many.
   */
  isWithinLimits(request: IncomingMessage): boolean {
    const code = this.#parts.limiter.check(request);
    if (code !== null) this.#parts.onRefused(refusal(code, request));
    return code === null;
  }

  /**
   * Applies `origins`, the limits and `authorize` to a client of another server, as to a request
   * without an upgrade. Calls neither function if the connection closes first.
   */
  verify(
    request: IncomingMessage,
    connection: { once(event: 'close', listener: () => void): unknown },
    accept: () => void,
    refuse: (refusal: Refusal) => void,
  ): void {
    const { origins, verifier } = this.#parts;
    const onRefused = (code: RefusalCode, own?: Own): void => {
      const why = refusal(code, request, own);
      refuse(why);
      this.#parts.onRefused(why);
    };
    if (!origins.decide(request, false).isAllowed) {
      this.host.options.log(originLogLine(request));
      onRefused('ERR_SIO_FORBIDDEN_ORIGIN');
      return;
    }
    if (!this.host.options.authorize) {
      verifier.verify(request, request.socket, accept, onRefused);
      return;
    }
    // Used instead of the socket of the request: the end of a poll may close it while the client
    // stays.
    const target = new PassThrough();
    connection.once('close', () => target.destroy());
    verifier.verify(
      request,
      target as unknown as Socket,
      () => {
        target.destroy();
        accept();
      },
      (code, own) => {
        target.destroy();
        onRefused(code, own);
      },
    );
  }
}
