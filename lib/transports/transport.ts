import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { OriginDecision } from '../access/origins.js';
import type { DisconnectReason } from '../session/state.js';
import type { Counters } from '../metrics/counters.js';
import { Client } from '../session/client.js';
import type { Connection } from '../session/connection.js';
import type { SharedPayload } from '../session/shared-payload.js';
import type {
  Exchange,
  TransportHost,
  TransportServer,
  TransportType,
} from './transport-server.js';

/**
 * One live connection of a session. A transport of an application extends it, or one of its
 * subclasses, and is passed to `transports` as a class.
 *
 * A subclass calls `opened` when it can be written to, `receive` for each payload of the client,
 * and `onClose` when the connection has ended, once. It MUST NOT throw.
 */
export abstract class Transport implements Connection {
  readonly response: ServerResponse | null;
  readonly socket: Socket;
  /** The transport in the URL: this class, or the one that selected it. */
  readonly type: TransportType;
  /** The decision of the `origins` rule about its request. */
  readonly origin: OriginDecision;
  /** The session, once there is one. */
  session: Client | null;
  protected readonly host: TransportHost;
  #request: IncomingMessage | null;

  constructor({ host, type, client, request, response, socket, origin }: Exchange) {
    this.host = host;
    this.type = type;
    this.session = client ?? null;
    this.#request = request;
    this.response = response;
    this.socket = socket;
    this.origin = origin;
  }

  /**
   * `client instanceof XhrPolling` tests the transport of the client. Programs use it because in
   * 0.6 the transports were subclasses of Client.
   */
  static [Symbol.hasInstance](value: unknown): boolean {
    const type = value instanceof Client ? (value._type as unknown) : null;
    if (typeof type === 'function') return type === this || isPrototype(this, type);
    return isPrototype(Reflect.get(this, 'prototype'), value);
  }

  /**
   * Makes the part of the transport that serves one Listener: by default, one that calls the
   * static method `handle` of the class. A class that keeps something for a Listener overrides it.
   */
  static create(this: StatelessTransport, _host: TransportHost): TransportServer {
    return { handle: (exchange) => this.handle(exchange) };
  }

  /** The request that has opened the connection. */
  get request(): IncomingMessage {
    return this.#request ?? (this.session as Client).request;
  }

  /** @internal A session of 0.7 to 0.9 has the request of its handshake. */
  set request(value: IncomingMessage) {
    this.#request = value;
  }

  /** True for a poll: the first write is its response, and ends it. */
  get isPoll(): boolean {
    return false;
  }

  /** Least time that the session waits for the client after this connection, in milliseconds. */
  get minGracePeriodMs(): number {
    return 0;
  }

  /** Bytes of a response that may still be on their way when the connection counts as ended. */
  get bytesInFlight(): number {
    return 0;
  }

  /** Bytes that were written and have not left this process. */
  get bufferedAmount(): number {
    return this.response?.writableLength ?? this.socket.writableLength;
  }

  /** Calls `callback` when what was written so far has left; with false if the connection is breaking. */
  onDrain(callback: (isSent: boolean) => void): void {
    const target = this.response ?? this.socket;
    if (!this.socket.writable || target.writableEnded) callback(false);
    else target.write('', (error) => callback(!error));
  }

  /** True if replies to the messages of one payload must be sent as one payload. */
  cork(): boolean {
    return this.isPoll;
  }

  /**
   * Sends one payload: one frame, part, event, script or response.
   *
   * @returns false if the connection is breaking; the payload is kept for the next one then.
   */
  abstract write(payload: string): boolean;

  /** Sends what has not been sent yet, and ends the connection. MUST be idempotent. */
  abstract close(): void;

  /** Sends a payload that several clients receive; a transport may share its encoded bytes. */
  writeShared(broadcast: SharedPayload): boolean {
    return this.write(broadcast.payload);
  }

  /** @internal True if the class counts what it receives and writes, in the bytes of its wire. */
  protected get countsBytes(): boolean {
    return false;
  }

  /** The connection can be written to: begins a session, or continues its own. */
  protected opened(): void {
    if (!this.countsBytes) countWrites(this, this.host.counters);
    if (this.session) this.session._attach(this);
    else this.host.open(this);
  }

  /** @internal Leaves the request to the session, which needs less memory for one that is not read. */
  protected releaseRequest(): void {
    if (this.session === null) return;
    this.#request = null;
    this.session._releaseRequest();
  }

  /** The connection has ended. The session waits `closeTimeout` for another one. */
  protected onClose(reason: DisconnectReason = 'transport close'): void {
    this.session?._detach(this, reason);
  }

  /** The client has closed the connection deliberately: the session ends at once. */
  protected onClientClose(): void {
    this.session?._onClientClose(this);
  }

  /** @deprecated Renamed to `onClose`. */
  protected gone(reason?: DisconnectReason): void {
    this.onClose(reason);
  }

  /**
   * Delivers a payload of the client to the session.
   *
   * @returns false if it holds more than `maxMessages` messages: none was delivered
   */
  protected receive(payload: string): boolean {
    this.host.counters.receive(Buffer.byteLength(payload));
    return this.session?._onMessage(payload, this) ?? true;
  }

  /** Ends the session at once. */
  protected endSession(reason: DisconnectReason): void {
    this.session?._end(reason);
  }

  /** Ends the session of a client that does not read what is sent to it. */
  protected overflow(): void {
    this.session?._overflow();
    this.socket.destroy();
  }

  /** True if more bytes wait for the client than `maxBuffer` allows. */
  protected isOverfull(waiting: number): boolean {
    const { maxBuffer } = this.host.options;
    return maxBuffer > 0 && waiting > maxBuffer;
  }
}

/** Counts what a transport of the application writes, of which only the payloads are known. */
function countWrites(transport: Transport, counters: Counters): void {
  const write = transport.write.bind(transport);
  const writeShared = transport.writeShared.bind(transport);
  transport.write = (payload) => {
    const isTaken = write(payload);
    if (isTaken) counters.send(Buffer.byteLength(payload));
    return isTaken;
  };
  transport.writeShared = (broadcast) => {
    const before = counters.payloadsOut;
    const isTaken = writeShared(broadcast);
    // It may have called `write`.
    const isCounted = counters.payloadsOut > before;
    if (isTaken && !isCounted) counters.send(Buffer.byteLength(broadcast.payload));
    return isTaken;
  };
}

/** A class that keeps nothing for a Listener. */
interface StatelessTransport {
  handle(exchange: Exchange): void;
}

function isPrototype(prototype: unknown, value: unknown): boolean {
  return typeof value === 'object' || typeof value === 'function'
    ? Object.prototype.isPrototypeOf.call(prototype as object, value as object)
    : false;
}
