import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { SessionLimiter } from '../access/session-limiter.js';
import type { SharedPayload } from '../session/shared-payload.js';
import { Client, type Host } from '../session/client.js';
import type { Connection } from '../session/connection.js';
import type { SessionOptions } from '../session/timings.js';
import type { Origins } from '../access/origins.js';
import type { DisconnectReason } from '../session/disconnect-reason.js';
import type { RefusalCode } from '../access/refusal.js';

/** What a transport needs of the Listener it serves. */
export interface TransportHost extends Host {
  /** @internal The `origins` rule, parsed. */
  readonly _origins: Origins;
  /** @internal Counts handshakes that take their time. */
  readonly _limiter: SessionLimiter;
  /** @internal Makes a session around its first connection. */
  _open(connection: Transport): void;
  /** @internal Turns a request away: answers it and tells the `refused` event. */
  _refuse(
    code: RefusalCode,
    request: IncomingMessage,
    target: ServerResponse | Socket,
    headers?: Readonly<Record<string, string>>,
  ): void;
}

/** A request or upgrade for a transport, as the Listener hands it over. */
export interface Exchange {
  readonly host: TransportHost;
  /** The transport that the URL names. */
  readonly type: TransportType;
  /** The session that the URL names; undefined: a new one is wanted. */
  readonly client: Client | undefined;
  readonly request: IncomingMessage;
  /** The response to answer with; null for an upgrade. */
  readonly response: ServerResponse | null;
  readonly socket: Socket;
  /** What came behind the head of an upgrade. */
  readonly head: Buffer;
  /** What stands in the path behind the session id: `send`, `close`, a time. */
  readonly rest: string;
}

/** A transport as the Listener sees it: its class. */
export interface TransportType {
  /** Its name in URLs, in `transports` and in `transportOptions`. */
  readonly transportName: string;
  /** True if it takes upgrade requests, false if it takes plain ones. */
  readonly takesUpgrades: boolean;
  /** Timings unless `transportOptions` says otherwise. */
  readonly defaults: Readonly<SessionOptions>;
  /** Deals with a request; must answer it, or keep it and answer later. */
  handle(exchange: Exchange): void;
}

/**
 * One live connection of a session. Subclass it, or one of its subclasses, to plug in a
 * transport of your own.
 */
export abstract class Transport implements Connection {
  readonly request: IncomingMessage;
  readonly response: ServerResponse | null;
  readonly socket: Socket;
  /** What was asked for: this class, or the one that chose it. */
  readonly type: TransportType;
  /** The session, once there is one. */
  session: Client | null;
  protected readonly host: TransportHost;

  constructor({ host, type, client, request, response, socket }: Exchange) {
    this.host = host;
    this.type = type;
    this.session = client ?? null;
    this.request = request;
    this.response = response;
    this.socket = socket;
  }

  /**
   * `client instanceof XhrPolling` asks what serves the client: programs of 0.6 did,
   * whose transports were subclasses of Client.
   */
  static [Symbol.hasInstance](value: unknown): boolean {
    const type = value instanceof Client ? (value._type as unknown) : null;
    if (typeof type === 'function') return type === this || isPrototype(this, type);
    return isPrototype(Reflect.get(this, 'prototype'), value);
  }

  /** True for a poll: what is written answers it, and it is over. */
  get isPoll(): boolean {
    return false;
  }

  /** How long its session waits for the client at least when the connection is gone. */
  get minGracePeriodMs(): number {
    return 0;
  }

  /**
   * Sends one payload: one frame, part, event, script or response.
   *
   * @returns false if the connection is breaking; the payload is kept for the next one then.
   */
  abstract write(payload: string): boolean;

  /** Sends what is still to be sent, and ends the connection. Idempotent. */
  abstract close(): void;

  /** Sends a payload that goes to many; a transport that can share its bytes does. */
  writeShared(broadcast: SharedPayload): boolean {
    return this.write(broadcast.payload);
  }

  /** The connection can be written to: opens a new session, or goes on with its own. */
  protected opened(): void {
    if (this.session) this.session._attach(this);
    else this.host._open(this);
  }

  /** The connection is no more. */
  protected gone(reason: DisconnectReason = 'transport close'): void {
    this.session?._detach(this, reason);
  }

  /** The client is cut off: it does not take what is sent to it. */
  protected overflow(): void {
    this.session?._overflow();
    this.socket.destroy();
  }

  /** True if so much waits for the client that it cannot be keeping up. */
  protected isOverfull(waiting: number): boolean {
    const { maxBuffer } = this.host.options;
    return maxBuffer > 0 && waiting > maxBuffer;
  }
}

function isPrototype(prototype: unknown, value: unknown): boolean {
  return typeof value === 'object' || typeof value === 'function'
    ? Object.prototype.isPrototypeOf.call(prototype as object, value as object)
    : false;
}
