import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { BroadcastOperator, Target } from '../rooms/broadcast-operator.js';
import { HEARTBEAT } from '../protocol/frames.js';
import type { Connection, ConnectionType, Host } from './connection.js';
import type { Answer, EventChannel } from '../events/event-channel.js';
import { jsonEventsOf } from './events/json-events.js';
import { RequestRecord } from './request-record.js';
import { sessionId as randomId } from './session-id.js';
import type { DisconnectReason } from './state.js';
import { validTiming, type SessionOptions } from './timings.js';
import type { EndpointClient } from './v1/endpoint.js';
import type { HandshakeData } from './v1/handshake-data.js';

/** Events of a client. Applications of 0.6 emit events of their own on it too. */
export interface ClientEvents {
  /**
   * A message has arrived: text, or the value of the JSON that was sent. `answer` is present if a
   * client of 0.7 to 0.9 requests an answer.
   */
  message: [message: unknown, answer?: Answer];
  /** Less than `highWaterMark` waits again, after the program has read that more waited. */
  drain: [];
  /** With `delivery`, before `disconnect`: messages that the client may not have received. */
  lost: [messages: readonly unknown[]];
  /** The session has ended. See also `client.disconnectReason`. */
  disconnect: [reason: DisconnectReason];
}

/** Defines a property on an object: applications of 0.6 assign properties with any name. */
export function setOwn(object: object, name: string, value: unknown): void {
  const descriptor = { value, writable: true, configurable: true, enumerable: true };
  Object.defineProperty(object, name, descriptor);
}

/** What an application can read about a client. Use `Client`, which extends it. */
export abstract class ClientInfo extends EventEmitter {
  /** The Listener this client belongs to. */
  readonly listener: Host;
  /** The id of the session, a secret: a client that has it can take over the session. See `id`. */
  readonly sessionId: string;
  /** True from the first connection until `disconnect`, also between two polls. */
  connected = false;
  /** Why the session has ended; null before `disconnect`. */
  disconnectReason: DisconnectReason | null = null;
  /** Number of connections so far. Each poll and each reconnect is one. */
  connections = 0;
  /** The response of an open connection of an HTTP transport; otherwise null. */
  response: ServerResponse | null = null;
  /** @internal */ _type: ConnectionType;
  /** @internal The origin of pages that it belongs to; see access/origins.ts. */
  _origin: string | null = null;
  /** @internal The address it is counted under; see access/session-limiter.ts. */
  _countedAddress: string | null = null;
  /** @internal */ _defaults: Readonly<SessionOptions>;
  #request: IncomingMessage | RequestRecord;
  /** True if a program may hold the request itself: it must stay the same object then. */
  #isRequestSeen = false;
  #options: SessionOptions | null = null;
  #address: string | undefined;
  #id: string | null = null;
  #socket: Socket;

  constructor(
    listener: Host,
    sessionId: string,
    { request, socket }: Connection,
    type: ConnectionType,
    defaults: Readonly<SessionOptions>,
  ) {
    super();
    this.listener = listener;
    this.sessionId = sessionId;
    this.#request = request;
    this.#socket = socket;
    this._type = type;
    this._defaults = defaults;
  }

  /**
   * The public id of the session: random, made when it is first read, and of no use to an attacker,
   * unlike `sessionId`. Send this one to other clients.
   */
  get id(): string {
    return (this.#id ??= randomId());
  }

  /** Applications of 0.6 have properties of their own on a client. */
  set id(value: string) {
    this.#id = value;
  }

  /**
   * The protocol of the client: `0.6` (Socket.IO 0.5 and 0.6) or `0.9` (0.7 to 0.9); with a bridge
   * also `2` (1 and 2) or `4` (3 and 4).
   */
  get protocol(): string {
    return this._protocol;
  }

  set protocol(value: string) {
    setOwn(this, 'protocol', value);
  }

  /** The handshake of a client of 0.7 or later; null for 0.6, which has none. */
  get handshake(): HandshakeData | null {
    return this._handshake;
  }

  set handshake(value: HandshakeData | null) {
    setOwn(this, 'handshake', value);
  }

  /** This client in an endpoint; undefined unless it has joined, which 0.6 cannot. */
  of(_endpoint: string): EndpointClient | undefined {
    return undefined;
  }

  /**
   * The socket of the latest connection. `end` and `destroy` end the session, after what was sent
   * has been written. Between two polls, `destroy` must be called on this property, not on a socket
   * that was kept in a variable: such a call cannot be distinguished from that of Node, which
   * destroys idle sockets too.
   */
  get connection(): Socket {
    this._type.onConnectionRead?.(this.#socket, this);
    return this.#socket;
  }

  set connection(value: Socket) {
    setOwn(this, 'connection', value);
  }

  /** @internal The same, for code of this package. */
  get _socket(): Socket {
    return this.#socket;
  }

  /** @internal True for the text of a message; false for heartbeats and acknowledgements. */
  _isMessage(text: string): boolean {
    return !text.startsWith(HEARTBEAT);
  }

  /** @internal The application has ended or destroyed the socket. */
  abstract _onConnectionKicked(socket: Socket): void;

  /**
   * The request that opened the latest connection. Never null, unlike in 0.6. With `delivery`, its
   * URL may lack the segment that contains the key of the session.
   */
  get request(): IncomingMessage {
    this.#isRequestSeen = true;
    const kept = this.#request;
    return (this.#request = kept instanceof RequestRecord ? kept.restore(this.#socket) : kept);
  }

  set request(value: IncomingMessage) {
    this.#isRequestSeen = true;
    this.#request = value;
  }

  /** Timings of this session in milliseconds. An application may write to them. */
  get options(): SessionOptions {
    return (this.#options ??= { ...this._defaults });
  }

  /** The name of the transport of this session. */
  get transport(): string {
    return this._type.transportName;
  }

  /**
   * The address of the client at its latest connection, also in `disconnect`. Behind a proxy, see the
   * option `trustProxy`.
   */
  get remoteAddress(): string | undefined {
    return this.#address;
  }

  /** True if every message arrives exactly once, and in order; see the option `delivery`. */
  get delivery(): boolean {
    return false;
  }

  set delivery(value: boolean) {
    setOwn(this, 'delivery', value);
  }

  /**
   * Number of messages that were sent and that the application of the client is not known to have
   * received. Always 0 without `delivery`.
   */
  unacknowledged(): number {
    return 0;
  }

  /**
   * Adds the client to rooms, until it leaves them or its session ends. Does nothing for a session
   * that has ended.
   *
   * @throws {TypeError} If a room is not a string.
   * @throws {RangeError} If a room has more than 1,000 characters, or none.
   * @example client.join('news').join(['sport', 'weather']);
   */
  join(room: Target): this {
    this.listener._rooms.add(this, room);
    return this;
  }

  /** Removes the client from rooms. Throws as `join` does. */
  leave(room: Target): this {
    this.listener._rooms.delete(this, room);
    return this;
  }

  /** A copy of the rooms of the client, also in a handler of `disconnect`. The first is its session id. */
  get rooms(): Set<string> {
    return this.listener._rooms.of(this);
  }

  /** Applications of 0.6 may have a property of their own by this name. */
  set rooms(value: Set<string>) {
    setOwn(this, 'rooms', value);
  }

  /**
   * Selects the other clients of rooms.
   *
   * @throws as `join` does
   * @example client.to('news').send('hello');
   */
  to(room: Target): BroadcastOperator {
    return this.listener._everybody.except(this.sessionId).to(room);
  }

  /** Selects the other clients that are not in rooms. Throws as `join` does. */
  except(room: Target): BroadcastOperator {
    return this.listener._everybody.except(this.sessionId).except(room);
  }

  /** @internal */
  get _protocol(): string {
    return '0.6';
  }

  /** @internal */
  get _handshake(): HandshakeData | null {
    return null;
  }

  /** @internal */
  get _channel(): EventChannel {
    return jsonEventsOf(this);
  }

  /** Sends a message; see `Client`. */
  abstract send(message: unknown): this;

  /** True while a connection or poll can be written to. */
  abstract get _open(): boolean;

  /** @internal True if so many volatile messages are sent now; counts them as dropped otherwise. */
  abstract _takesVolatile(messages: number): boolean;

  /** @internal A timing in milliseconds; the default if the application has set an invalid one. */
  _timing(name: 'heartbeatInterval' | 'closeTimeout' | 'duration'): number {
    return validTiming(this._timings[name], this._defaults[name] ?? 0);
  }

  /** @internal The same as `options`, without making a copy for the session. */
  get _timings(): Readonly<SessionOptions> {
    return this.#options ?? this._defaults;
  }

  /** @internal Time for the echo of a heartbeat; 0: no heartbeats. */
  get _heartbeatTimeout(): number {
    return validTiming(this._timings.timeout, 0);
  }

  /** @internal True if a request of a transport may use the session. */
  _accepts(type: ConnectionType, _request: IncomingMessage): boolean {
    return type === this._type;
  }

  /** @internal True if a request for a connection is older than the connection that there is. */
  _isStale(_request: IncomingMessage): boolean {
    return false;
  }

  /** @internal How long the session waits for a connection, in milliseconds. */
  get _graceMs(): number {
    return this._timing('closeTimeout');
  }

  /**
   * @internal Another transport serves the session. Timings that the application has set are kept.
   */
  _setType(type: ConnectionType, defaults: Readonly<SessionOptions>): void {
    const options = this.#options;
    const previous = this._defaults;
    this._type = type;
    this._defaults = defaults;
    if (options === null) return;
    for (const name of Object.keys({ ...previous, ...defaults })) {
      if (options[name] === previous[name]) options[name] = defaults[name];
    }
  }

  /** @internal Keeps only a record of the request, unless a program may have a reference to it. */
  _releaseRequest(): void {
    const { authorize, generateId } = this.listener.options;
    if (this.#isRequestSeen || authorize || generateId !== randomId) return;
    if (this.#request instanceof RequestRecord) return;
    this.#request = RequestRecord.of(this.#request, this._urlOf(this.#request)) ?? this.#request;
  }

  /** @internal The URL of a request in the record of it. */
  _urlOf(request: IncomingMessage): string | undefined {
    return request.url;
  }

  /** @internal Keeps another request than that of the connection. */
  _keepRequest(request: IncomingMessage | RequestRecord): void {
    this.#request = request;
  }

  /** @internal Counts a connection, which is the latest one from now on. */
  _setConnection({ request, socket }: Connection): void {
    this.#request = request;
    this.connections++;
    // Read while the socket is open: it has no address once it is closed. Read again for the same
    // socket, because a proxy may use it for several clients.
    this.#address = this.listener._addressOf(request) ?? this.#address;
    this.#socket = socket;
  }
}
