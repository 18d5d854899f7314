/**
 * The session of a page: one `Socket` for all its connections.
 *
 * A `Socket` selects a transport that works, queues messages while there is no connection, detects
 * a lost connection and reconnects. It resumes the same session if the server still has it.
 *
 * States: IDLE -> CONNECTING -> OPEN -> (connection lost) IDLE -> WAITING -> CONNECTING ...
 *
 * @module
 */
import { backoff } from './backoff.js';
import { Emitter } from './events.js';
import { type FullSocketOptions, type SocketOptions, withDefaults } from './options.js';
import { pageLocation, platform } from './platform.js';
import { remembered } from './remembered-transport.js';
import { request, whenDone } from './request.js';
import { CloseKind, type Transport, transports } from './transport.js';
import { append, indexOf, later } from './util.js';

/** The state of a socket. */
export const State = {
  /** There is no connection, and none is being made. */
  IDLE: 0,
  /** The connection was lost; a timer starts the next attempt. */
  WAITING: 1,
  /** A transport is being tried. */
  CONNECTING: 2,
  /** There is a connection with a session. */
  OPEN: 3,
} as const;
export type State = (typeof State)[keyof typeof State];

/** The number of attempts that reuse the last working transport before others are tried. */
const SAME_TRANSPORT_ATTEMPTS = 2;

/** How long the client requests only the lost session, not a new one, in milliseconds. */
const RESUME_WINDOW_MS = 10000;

/** The events of a `Socket`, with the arguments of their listeners. */
export interface SocketEvents {
  connect(): void;
  connecting(type: string): void;
  connect_failed(): void;
  message(message: unknown): void;
  close(): void;
  disconnect(): void;
  reconnect(type: string, attempts: number): void;
  reconnecting(delay: number, attempts: number): void;
  reconnect_failed(): void;
  error(error: unknown): void;
}

/** The sockets that are not idle; the page lifecycle handlers iterate over them. */
export const liveSockets: Socket[] = [];

export class Socket extends Emitter<SocketEvents> {
  host: string;
  options: FullSocketOptions;
  declare connected: boolean;
  declare connecting: boolean;
  declare reconnecting: boolean;
  /** The current transport, or the one to be tried first; null if none is supported. */
  transport: Transport | null;
  /** Messages that are queued until there is a connection. */
  queueStack: unknown[];
  /** The number of attempts of the current reconnection so far. */
  declare reconnectionAttempts: number;
  /** The delay before the next attempt, in milliseconds. */
  declare reconnectionDelay: number;

  declare _state: State;
  /** The timer of the current attempt or delay; there is never more than one. */
  declare _timer: unknown;
  /** The transport whose session will be resumed. */
  declare _session: Transport | null | undefined;
  /** Until this time no new session is requested, unless the server has lost the old one. */
  declare _resumeUntil: number;
  /** True while only the last working transport is tried. */
  declare _keepsTransport: boolean;
  /** The candidates of this round that are left: names, and the transport of the lost session. */
  declare _candidates: (string | Transport)[];
  /** False after the page has called `disconnect`. */
  declare _isWanted: boolean | undefined;

  /**
   * @param host the server's name or address; by default the host of the page.
   * @param options see `SocketOptions`.
   * @example new io.Socket(null, { port: 8080 }).connect()
   */
  constructor(host?: string | null, options?: SocketOptions) {
    super();
    this.host = host || pageLocation().hostname!;
    this.options = withDefaults(options);
    this.queueStack = [];
    this._enter(State.IDLE);
    this.transport = this.getTransport();
  }

  /** Creates the first supported transport of a list, by default of `options.transports`. */
  getTransport(override?: readonly string[]): Transport | null {
    const names = override || this._order();
    for (let i = 0; i < names.length; i++) {
      const Type = transports[names[i]!];
      if (Type && Type.check() && (!this.isXDomain() || Type.xdomainCheck())) {
        return new Type(this, this.options.transportOptions[names[i]!]);
      }
    }
    return null;
  }

  /** Connects; `fn` is called once, on the next `connect` event. */
  connect(fn?: () => void): this {
    if (fn) this.once('connect', fn);
    if (this._state < State.CONNECTING) this._start();
    return this;
  }

  /** Sends a message, or several in an array. Without a connection they are queued. */
  send(data: unknown): this {
    if (this.connected) this.transport!.send(data);
    else this.queue(data);
    return this;
  }

  /** Closes the connection; after a `soft` close the socket reconnects. */
  disconnect(soft?: boolean): this {
    if (!soft) {
      this._isWanted = this.reconnecting = false;
      this._session = null;
    }
    if (this._state >= State.CONNECTING) this._closeTransport();
    else if (!soft) this._enter(State.IDLE);
    return this;
  }

  /** Queues a message, or several in an array. */
  queue(message: unknown): this {
    this.queueStack = append(this.queueStack, message);
    return this;
  }

  /** Sends the queued messages. */
  doQueue(): this {
    const messages = this.queueStack;
    this.queueStack = [];
    if (messages.length) this.transport!.send(messages);
    return this;
  }

  /** True if the origins of the server and of the page differ. */
  isXDomain(): boolean {
    const page = pageLocation();
    const port = page.port || (page.protocol === 'https:' ? 443 : 80);
    return this.host !== page.hostname || +this.options.port !== +port;
  }

  /** Called by the transport when it has a session. */
  onConnect(): void {
    const transport = this.transport!;
    if (this._state !== State.CONNECTING) return;
    this._session = transport;
    this._enter(State.OPEN);
    remembered(this.options, transport.type);
    this.doQueue();
    this.emit('connect');
    if (this.reconnecting && this.connected) {
      this.emit('reconnect', [transport.type, this.reconnectionAttempts]);
      this.reconnecting = false;
    }
  }

  /** Called with each message of the server. */
  onMessage(message: unknown): void {
    this.emit('message', [message]);
  }

  /** The same as `onMessage`, under the name that pages of 0.6.0 override. */
  _onMessage(message: unknown): void {
    this.onMessage(message);
  }

  /** Called by the transport when its connection has closed or could not be opened. */
  onDisconnect(): void {
    const transport = this.transport!;
    const isOpen = this._state === State.OPEN;
    if (this._state < State.CONNECTING) return;
    transport._end(CloseKind.LOST);
    if (isOpen) {
      this._resumeUntil = +new Date() + RESUME_WINDOW_MS;
      this._enter(State.IDLE);
      this.emit('close').emit('disconnect');
      if (this._isWanted && this.options.reconnect) this.onReconnect();
    } else if (!this._isWanted) this._enter(State.IDLE);
    else if (!this._probeSession(transport)) this._tryNext();
  }

  /** Starts to reconnect, unless a listener of `disconnect` has already called `connect`. */
  onReconnect(): void {
    this.reconnecting = true;
    this.reconnectionAttempts = 0;
    this.reconnectionDelay = backoff(this.options.reconnectionDelay, 0);
    if (this._state === State.IDLE) this._wait();
  }

  /** Enters a state. Only this function changes the state. */
  _enter(state: State): void {
    platform.clearTimeout(this._timer);
    this._state = state;
    this.connected = state === State.OPEN;
    this.connecting = state === State.CONNECTING;
    const at = indexOf(liveSockets, this);
    if (at >= 0) liveSockets.splice(at, 1);
    if (state) liveSockets.push(this);
  }

  /** The transports to try, the last working one first. */
  _order(): string[] {
    const order = this.options.transports.concat();
    const at = indexOf(order, this._session ? this._session.type : remembered(this.options));
    if (at > 0) order.unshift(order.splice(at, 1)[0]!);
    return order;
  }

  /** Starts a round: one attempt with each candidate. */
  _start(): void {
    this._keepsTransport =
      this.reconnecting &&
      this.reconnectionAttempts <= SAME_TRANSPORT_ATTEMPTS &&
      this.reconnectionAttempts < this.options.maxReconnectionAttempts;
    this._isWanted = true;
    this._candidates =
      this.transport && (this._keepsTransport || !this.options.tryTransportsOnConnectTimeout)
        ? [this.transport.type]
        : this._order();
    // The lost session is requested before a new session on the same transport.
    if (this._session) this._candidates.unshift(this._session);
    this._tryNext();
  }

  /** Tries the next candidate. */
  _tryNext(): void {
    const candidate = this._candidates.shift();
    if (!candidate) return this._giveUp();
    const lost = candidate as Transport; // the properties of a name are undefined
    const transport = this.getTransport([lost.type || (candidate as string)]);
    if (!transport) return this._tryNext();
    transport.sessionid = lost.sessionid;
    this.transport = transport;
    this._enter(State.CONNECTING);
    if (this.options.connectTimeout) {
      this._timer = later(() => this._closeTransport(), this.options.connectTimeout);
    }
    this.emit('connecting', [transport.type]);
    if (transport._isClosed) return;
    try {
      transport.connect();
    } catch (err) {
      this.emit('error', [err]);
      transport.onDisconnect();
    }
  }

  /**
   * Sends a request that shows whether the server still has the session that could not be resumed.
   * A new session would lose the messages that are queued in the old one, and a failed WebSocket
   * does not show whether the session is unknown or the server is down.
   *
   * @returns a truthy value if a request was sent.
   */
  _probeSession(attempt: Transport): unknown {
    const others = this._candidates;
    const xhr =
      this.reconnecting &&
      attempt.sessionid &&
      +new Date() < this._resumeUntil &&
      request(this.isXDomain());
    if (xhr) {
      this._candidates = [];
      xhr.open('POST', attempt._url('send').replace(/^ws/, 'http'));
      attempt.sessionid = null; // prevents a second request for this attempt
      whenDone(xhr, (status) => {
        if (this.transport !== attempt) return;
        if (status === 404) this._candidates = others;
        else if (status && status < 500 && !this._keepsTransport) {
          // The server has the session; maybe the server started just after the attempt failed. If
          // one more attempt fails, this transport can no longer reach the server.
          this._resumeUntil = 0;
          this._candidates = others;
          others.unshift(this._session!);
        }
        this.onDisconnect();
      });
      xhr.send(null);
    }
    return xhr;
  }

  /** Closes the current transport, even a custom one that reports its end late or never. */
  _closeTransport(): void {
    const transport = this.transport!;
    transport.disconnect();
    if (this.transport === transport) this.onDisconnect();
  }

  /** Ends a round in which no transport connected. */
  _giveUp(): void {
    this._enter(State.IDLE);
    if (!this.reconnecting) {
      remembered(this.options, '');
      this.emit('connect_failed');
    } else if (this.reconnectionAttempts < this.options.maxReconnectionAttempts) {
      this._wait();
    } else {
      this.reconnecting = false;
      this.emit('reconnect_failed');
    }
  }

  /** Schedules the next attempt. */
  _wait(): void {
    this._enter(State.WAITING);
    this._timer = later(() => {
      const attempts = ++this.reconnectionAttempts;
      this.reconnectionDelay = backoff(this.options.reconnectionDelay, attempts);
      this._start();
      // `reconnecting` follows `connecting`, as in 0.6.3: pages display the last event. It is
      // omitted if a listener of `connecting` has ended the reconnection.
      if (this.reconnecting) this.emit('reconnecting', [this.reconnectionDelay, attempts]);
    }, this.reconnectionDelay);
  }

  /**
   * The page is being unloaded or enters the back/forward cache: closes the session without
   * emitting events.
   */
  _suspend(): void {
    this.connected = false;
    platform.clearTimeout(this._timer);
    this.transport!._end(CloseKind.UNLOADED);
    this._session = null;
  }

  /** The page is shown, for the first time or again: reconnects if the connection has closed. */
  _wake(): void {
    if (!this.transport!._isClosed) return;
    if (this._state === State.OPEN) this.onDisconnect();
    else this._enter(State.WAITING);
    if (this._state === State.WAITING) this._start();
  }
}

Socket.prototype.reconnecting = false;
