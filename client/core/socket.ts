/**
 * The session as a page sees it: one `Socket` that outlives its connections.
 *
 * It finds a transport that works, holds what is sent meanwhile, notices when the link is gone
 * and comes back, into the same session where the server still has it.
 *
 * @module
 */
import { backoff } from './backoff.js';
import { Emitter } from './events.js';
import { type FullSocketOptions, type SocketOptions, withDefaults } from './options.js';
import { root } from './platform.js';
import { remembered } from './remembered-transport.js';
import { request, whenDone } from './request.js';
import { Ending, type Transport, transports } from './transport.js';
import { indexOf } from './util.js';

/** Where a socket stands. */
const State = {
  /** No connection, and none wanted. */
  IDLE: 0,
  /** Lost; the next attempt is a matter of time. */
  WAITING: 1,
  /** A transport is being tried. */
  CONNECTING: 2,
  OPEN: 3,
} as const;
type State = (typeof State)[keyof typeof State];

/** So many attempts to reconnect stay with the transport that worked: servers do restart. */
const LOYAL_ATTEMPTS = 2;

/** So long a lost session is asked for and no new one, unless the server does not know it, in ms. */
const INSISTENCE = 10000;

/** The events of a `Socket` and what their listeners are called with. */
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

/** Sockets that are not idle, for who must tell them that the page comes and goes. */
export const liveSockets: Socket[] = [];

export class Socket extends Emitter<SocketEvents> {
  host: string;
  options: FullSocketOptions;
  declare connected: boolean;
  declare connecting: boolean;
  reconnecting: boolean;
  /** The current transport, or the one that would be tried first; null if there is none. */
  transport: Transport | null;
  /** Messages that wait for a connection. */
  queueStack: unknown[];
  /** How many attempts the current reconnection has made. */
  declare reconnectionAttempts: number;
  /** The delay before the next attempt, in milliseconds. */
  declare reconnectionDelay: number;

  declare _state: State;
  /** The attempt's or the delay's; there is never more than one. */
  declare _timer: unknown;
  /** Whose session to come back to. */
  declare _session: Transport | null | undefined;
  /** Until when no other session is asked for, unless the server does not know this one. */
  declare _insistUntil: number;
  /** True while only the transport that worked is tried. */
  declare _isLoyal: boolean;
  /** What this round has still to try: names of transports, and the one whose session was lost. */
  declare _candidates: (string | Transport)[];
  /** False once the page has called `disconnect`. */
  declare _isWanted: boolean | undefined;

  /**
   * @param host the server's name or address; by default the page's.
   * @param options see `SocketOptions`.
   * @example new io.Socket(null, { port: 8080 }).connect()
   */
  constructor(host?: string | null, options?: SocketOptions) {
    super();
    this.host = host || root.location.hostname;
    this.options = withDefaults(options);
    this.reconnecting = false;
    this.queueStack = [];
    this._enter(State.IDLE);
    this.transport = this.getTransport();
  }

  /** The first transport of a list that works here, by default of the options. */
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

  /** Connects; `fn` is called once that is done. */
  connect(fn?: () => void): this {
    if (fn) this.once('connect', fn);
    if (this._state < State.CONNECTING) this._start();
    return this;
  }

  /** Sends a message, or several in an array; keeps them until there is a connection. */
  send(data: unknown): this {
    if (this.connected) this.transport!.send(data);
    else this.queue(data);
    return this;
  }

  /** Ends the connection; a `soft` end is followed by reconnecting. */
  disconnect(soft?: boolean): this {
    if (!soft) {
      this._isWanted = this.reconnecting = false;
      this._session = null;
    }
    if (this._state >= State.CONNECTING) this._hangUp();
    else if (!soft) this._enter(State.IDLE);
    return this;
  }

  queue(message: unknown): this {
    this.queueStack = this.queueStack.concat(message);
    return this;
  }

  /** Sends what waits. */
  doQueue(): this {
    const messages = this.queueStack;
    this.queueStack = [];
    if (messages.length) this.transport!.send(messages);
    return this;
  }

  /** True if the server is of another origin than the page. */
  isXDomain(): boolean {
    const page = root.location;
    const port = page.port || (page.protocol === 'https:' ? 443 : 80);
    return this.host !== page.hostname || +this.options.port !== +port;
  }

  /** The transport has its session. */
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

  onMessage(message: unknown): void {
    this.emit('message', [message]);
  }

  /** As `onMessage`, under the name that pages of 0.6.0 wrapped. */
  _onMessage(message: unknown): void {
    this.onMessage(message);
  }

  /** The transport's connection is gone, or never came to be. */
  onDisconnect(): void {
    const transport = this.transport!;
    const isOpen = this._state === State.OPEN;
    if (this._state < State.CONNECTING) return;
    transport._end(Ending.LOST);
    if (isOpen) {
      this._insistUntil = +new Date() + INSISTENCE;
      this._enter(State.IDLE);
      this.emit('close').emit('disconnect');
      if (this._isWanted && this.options.reconnect) this.onReconnect();
    } else if (!this._isWanted) this._enter(State.IDLE);
    else if (!this._ask(transport)) this._tryNext();
  }

  /** Begins to reconnect, unless a listener of `disconnect` has already connected. */
  onReconnect(): void {
    this.reconnecting = true;
    this.reconnectionAttempts = 0;
    this.reconnectionDelay = backoff(this.options.reconnectionDelay, 0);
    if (this._state === State.IDLE) this._wait();
  }

  /** The one place where the state changes. */
  _enter(state: State): void {
    root.clearTimeout(this._timer);
    this._state = state;
    this.connected = state === State.OPEN;
    this.connecting = state === State.CONNECTING;
    const at = indexOf(liveSockets, this);
    if (at >= 0) liveSockets.splice(at, 1);
    if (state) liveSockets.push(this);
  }

  /** What to try: what worked last comes first. */
  _order(): string[] {
    const order = this.options.transports.concat();
    const at = indexOf(order, this._session ? this._session.type : remembered(this.options));
    if (at > 0) order.unshift(order.splice(at, 1)[0]!);
    return order;
  }

  /** One round through the transports. */
  _start(): void {
    this._isLoyal =
      this.reconnecting &&
      this.reconnectionAttempts <= LOYAL_ATTEMPTS &&
      this.reconnectionAttempts < this.options.maxReconnectionAttempts;
    this._isWanted = true;
    this._candidates =
      this.transport && (this._isLoyal || !this.options.tryTransportsOnConnectTimeout)
        ? [this.transport.type]
        : this._order();
    // A session that was lost is asked for first, before a new one by the same transport.
    if (this._session) this._candidates.unshift(this._session);
    this._tryNext();
  }

  /** Tries the next transport. */
  _tryNext(): void {
    let transport: Transport | null = null;
    while (!transport && this._candidates.length) {
      const candidate = this._candidates.shift()!;
      const { type, sessionid } = candidate as Transport; // a name has neither
      transport = this.getTransport([type || (candidate as string)]);
      if (transport) transport.sessionid = sessionid;
    }
    if (!transport) return this._giveUp();
    this.transport = transport;
    this._enter(State.CONNECTING);
    if (this.options.connectTimeout) {
      this._timer = root.setTimeout(() => this._hangUp(), this.options.connectTimeout);
    }
    this.emit('connecting', [transport.type]);
    if (transport._isOver) return;
    try {
      transport.connect();
    } catch (err) {
      this.emit('error', [err]);
      transport.onDisconnect();
    }
  }

  /**
   * Asks the server whether it still has the session that could not be resumed: a new one would
   * lose what waits in it, and no WebSocket tells an unknown session from a server that is down.
   *
   * @returns whether it is asked.
   */
  _ask(attempt: Transport): unknown {
    const others = this._candidates;
    const xhr =
      attempt.sessionid &&
      this.reconnecting &&
      +new Date() < this._insistUntil &&
      request(this.isXDomain());
    if (xhr) {
      this._candidates = [];
      xhr.open('POST', attempt.prepareUrl().replace(/^ws/, 'http') + '/send', true);
      attempt.sessionid = null; // it is asked once
      whenDone(xhr, (status) => {
        if (this.transport !== attempt) return;
        if (status === 404) this._candidates = others;
        else if (status && status < 500 && !this._isLoyal) {
          // It has the session, and may have come up a moment too late for this attempt. If one
          // more does not get through either, the way to it is gone.
          this._insistUntil = 0;
          this._candidates = others;
          others.unshift(this._session!);
        }
        this.onDisconnect();
      });
      xhr.send(null);
    }
    return xhr;
  }

  /** Ends the current transport, also one of 2011's making that tells so later or never. */
  _hangUp(): void {
    const transport = this.transport!;
    transport.disconnect();
    if (this.transport === transport) this.onDisconnect();
  }

  /** No transport worked in this round. */
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

  /** Waits before the next attempt. */
  _wait(): void {
    this._enter(State.WAITING);
    this._timer = root.setTimeout(() => {
      const attempts = ++this.reconnectionAttempts;
      this.reconnectionDelay = backoff(this.options.reconnectionDelay, attempts);
      this._start();
      // In this order, as in 2011, or `connecting` would hide it; unless that was all it took.
      if (this.reconnecting) this.emit('reconnecting', [this.reconnectionDelay, attempts]);
    }, this.reconnectionDelay);
  }

  /** The page goes, perhaps into the back/forward cache: say goodbye, but tell nobody here. */
  _suspend(): void {
    this.connected = false;
    root.clearTimeout(this._timer);
    this.transport!._end(Ending.UNLOADED);
    this._session = null;
  }

  /** The page is shown, perhaps again: if the connection is over, the next one is tried at once. */
  _wake(): void {
    if (!this.transport!._isOver) return;
    if (this._state === State.OPEN) this.onDisconnect();
    else this._enter(State.WAITING);
    if (this._state === State.WAITING) this._start();
  }
}
