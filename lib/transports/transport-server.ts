/**
 * The interface of a transport: a type that is listed in `transports`, which makes a
 * TransportServer for each Listener, which handles exchanges. This is the extension point for
 * transports of an application.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { OriginDecision } from '../access/origins.js';
import type { RefusalCode } from '../access/refusal.js';
import type { Counters } from '../metrics/counters.js';
import type { ResolvedOptions } from '../options.js';
import type { SessionOptions } from '../session/timings.js';
import type { Route } from '../protocol/url.js';
import type { Client } from '../session/client.js';
import type { Timers } from '../util/timers.js';
import type { Transport } from './transport.js';

/** A kind of transport; the classes of this package are such types. */
export interface TransportType {
  /** Its name in URLs, in `transports` and in `transportOptions`. */
  readonly transportName: string;
  /** Timings of its sessions, unless `transportOptions` has others. */
  readonly defaults: Readonly<SessionOptions>;
  /**
   * True if its responses are scripts, which pages of all origins can read: with restricted
   * `origins`, a request that does not show its page is not allowed.
   *
   * @default false
   */
  readonly isReadableAcrossOrigins?: boolean;
  /**
   * Makes the part of the transport that serves one Listener, and holds what it keeps for it.
   *
   * MUST NOT keep state of the Listener anywhere else: a process may have several Listeners.
   */
  create(host: TransportHost): TransportServer;
}

/** A transport of one Listener. */
export interface TransportServer {
  /**
   * Handles a request or an upgrade.
   *
   * MUST answer it, refuse it by {@link TransportHost.refuse}, or keep it and answer later.
   * MUST NOT throw.
   */
  handle(exchange: Exchange): void;
  /**
   * Claims a request below the resource whose path does not begin with the name of a transport.
   * Returns true to have it handled here, as an exchange without a session.
   *
   * MUST decide by what the request is, not by the order of servers. MUST NOT answer it.
   */
  claims?(route: Route, request: IncomingMessage, isUpgrade: boolean): boolean;
  /** The Listener closes. Its sessions are ended by the Listener. MAY be called twice. */
  close?(): void;
}

/** The functions of a Listener that its transports may use. */
export interface TransportHost {
  /** The options of the Listener, with their defaults. */
  readonly options: ResolvedOptions;
  /** The coarse timers that all sessions of the Listener share. */
  readonly timers: Timers;
  /** @internal What the Listener counts. */
  readonly counters: Counters;
  /** Begins a session with its first connection, which MUST be ready to be written to. */
  open(connection: Transport): void;
  /**
   * Refuses a request: answers it with the status of the code, and emits `refused`.
   *
   * @param headers further headers of the answer
   */
  refuse(
    code: RefusalCode,
    request: IncomingMessage,
    target: ServerResponse | Socket,
    headers?: Readonly<Record<string, string>>,
  ): void;
  /**
   * Counts a handshake that is not complete yet against `maxHandshakes`.
   *
   * @param beginsSession false for another connection of a session, which `maxSessions` counts
   *   already. @default true
   * @returns ends the count, idempotent; null if there are too many: the request MUST be refused
   */
  acquireHandshake(request: IncomingMessage, beginsSession?: boolean): (() => void) | null;
  /** True if the client uses TLS, to the server or to a proxy that `trustProxy` names. */
  isSecure(request: IncomingMessage): boolean;
  /** Logs that a response is hidden from its page, which the `origins` rule does not allow. */
  logOrigin(request: IncomingMessage): void;
}

/** A request or an upgrade for a transport. */
export interface Exchange {
  readonly host: TransportHost;
  /** The transport that the URL names. */
  readonly type: TransportType;
  /** The session that the URL names; undefined: the client requests a new one. */
  readonly client: Client | undefined;
  readonly request: IncomingMessage;
  /** The response to answer with; null for an upgrade. */
  readonly response: ServerResponse | null;
  readonly socket: Socket;
  /** The first bytes after the head of an upgrade. */
  readonly head: Buffer;
  /** The path after the session id: `send`, `close`, a time against caches. */
  readonly rest: string;
  /** The decision of the `origins` rule about the request. */
  readonly origin: OriginDecision;
}
