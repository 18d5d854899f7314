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
import { recall, remember } from './remember.js';
import { Ending, type Transport, transports } from './transport.js';
import { indexOf } from './util.js';

/** Where a socket stands. */
const State = {
  /** No connection, and none wanted. */
  IDLE: 0,
  /** A transport is being tried. */
  CONNECTING: 1,
  OPEN: 2,
  /** Lost; the next attempt is a matter of time. */
  WAITING: 3,
} as const;
type State = (typeof State)[keyof typeof State];

/** So many attempts to reconnect stay with the transport that worked: servers do restart. */
const LOYAL_ATTEMPTS = 2;

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
  connected: boolean;
  connecting: boolean;
  reconnecting: boolean;
  /** The current transport, or the one that would be tried first; null if there is none. */
  transport: Transport | null;
  /** Messages that wait for a connection. */
  queueStack: unknown[];
  /** How many attempts the current reconnection has made. */
  reconnectionAttempts: number;
  /** The delay before the next attempt, in milliseconds. */
  reconnectionDelay: number;

  _state: State;
  /** The attempt's or the delay's; there is never more than one. */
  declare _timer: unknown;
  /** The session to come back to. */
  declare _session: { _id: string; _type: string } | null;
  /** Whether the session is still to be asked for in this round. */
  declare _resumes: boolean;
  /** The transports that this round has still to try. */
  declare _candidates: string[];
  /** True between a transport's start and its end. */
  _isActive: boolean;
  /** False once the page has called `disconnect`. */
  _isWanted: boolean;

  /**
   * @param host the server's name or address; by default the page's.
   * @param options see `SocketOptions`.
   * @example new io.Socket(null, { port: 8080 }).connect()
   */
  constructor(host?: string | null, options?: SocketOptions) {
    super();
    this.host = host || (root.location ? root.location.hostname : '');
    this.options = withDefaults(options);
    this.connected = this.connecting = this.reconnecting = false;
    this.queueStack = [];
    this.reconnectionAttempts = this.reconnectionDelay = 0;
    this._state = State.IDLE;
    this._session = null;
    this._isActive = this._isWanted = false;
    this.transport = this.getTransport();
  }

  /** The first transport of a list that works here, by default of the options. */
  getTransport(override?: readonly string[]): Transport | null {
    const names = override || this._order();
    for (let i = 0; i < names.length; i++) {
      const Type = transports[names[i]!];
      if (Type && Type.check && Type.check() && (!this.isXDomain() || Type.xdomainCheck())) {
        return new Type(this, this.options.transportOptions[names[i]!]);
      }
    }
    return null;
  }

  /** Connects; `fn` is called once that is done. */
  connect(fn?: () => void): this {
    if (typeof fn === 'function') this.once('connect', fn);
    if (this._state === State.IDLE || this._state === State.WAITING) this._start();
    return this;
  }

  /** Sends a message, or several in an array; keeps them until there is a connection. */
  send(data: unknown): this {
    if (this.connected && !this.transport!._isOver) this.transport!.send(data);
    else this.queue(data);
    return this;
  }

  /** Ends the connection; a `soft` end is followed by reconnecting. */
  disconnect(soft?: boolean): this {
    if (!soft) {
      this._isWanted = this.reconnecting = false;
      this._session = null;
    }
    if (this._isActive) this._hangUp();
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
    const options = this.options;
    return (
      !!page &&
      (this.host !== page.hostname ||
        !options.secure === (page.protocol === 'https:') ||
        +options.port !== +(page.port || (options.secure ? 443 : 80)))
    );
  }

  /** The transport has its session. */
  onConnect(): void {
    const transport = this.transport!;
    if (!this._isActive || this.connected) return;
    this._session = { _id: transport.sessionid!, _type: transport.type };
    this._enter(State.OPEN);
    if (this.options.rememberTransport) remember(this.options.document, transport.type);
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
    if (!this._isActive) return;
    this._isActive = false;
    this.transport!._end(Ending.LOST);
    if (!this.connected) {
      if (this._isWanted) this._tryNext();
      else this._enter(State.IDLE);
      return;
    }
    this._enter(State.IDLE);
    this.emit('close').emit('disconnect');
    if (this._isWanted && this.options.reconnect) this.onReconnect();
  }

  /** Begins to reconnect, unless a listener of `disconnect` has already connected. */
  onReconnect(): void {
    this.reconnecting = true;
    this.reconnectionAttempts = 0;
    if (this._state === State.IDLE) this._wait();
  }

  /** The one place where the state changes. */
  _enter(state: State): void {
    root.clearTimeout(this._timer);
    this._state = state;
    this.connected = state === State.OPEN;
    this.connecting = state === State.CONNECTING;
    const at = indexOf(liveSockets, this);
    if (state === State.IDLE ? at >= 0 : at < 0) {
      if (at < 0) liveSockets.push(this);
      else liveSockets.splice(at, 1);
    }
  }

  /** What to try, the remembered transport first. */
  _order(): string[] {
    const { transports: names, rememberTransport, document } = this.options;
    const first = this._session ? this._session._type : rememberTransport ? recall(document) : '';
    return this._startingWith(first, names);
  }

  _startingWith(first: string, names: readonly string[]): string[] {
    const at = indexOf(names, first);
    return at < 0 ? names.concat() : [first].concat(names.slice(0, at), names.slice(at + 1));
  }

  /** One round through the transports. */
  _start(): void {
    const options = this.options;
    const attempts = this.reconnectionAttempts;
    const isLoyal =
      this.reconnecting && attempts <= LOYAL_ATTEMPTS && attempts < options.maxReconnectionAttempts;
    this._isWanted = true;
    this._resumes = !!this._session;
    this._candidates = this._order();
    if (this.transport && (isLoyal || !options.tryTransportsOnConnectTimeout)) {
      this._candidates = [this.transport.type];
    }
    this._tryNext();
  }

  /** Tries the next transport; a lost session is asked for before a new one. */
  _tryNext(): void {
    const session = this._session;
    let transport: Transport | null = null;
    while (!transport && this._candidates.length) {
      const isResumed = this._resumes && this._candidates[0] === session!._type;
      transport = this.getTransport([this._candidates[0]!]);
      if (transport && isResumed) transport.sessionid = session!._id;
      if (isResumed) this._resumes = false;
      else this._candidates.shift();
    }
    if (!transport) return this._giveUp();
    this.transport = transport;
    this._isActive = true;
    this._enter(State.CONNECTING);
    if (this.options.connectTimeout) {
      this._timer = root.setTimeout(() => this._hangUp(), this.options.connectTimeout);
    }
    this.emit('connecting', [transport.type]);
    if (transport._isOver) return;
    transport.connecting = true;
    try {
      transport.connect();
    } catch (err) {
      this.emit('error', [err]);
      transport.onDisconnect();
    }
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
      if (this.options.rememberTransport) remember(this.options.document, '');
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
    const { reconnectionDelay, reconnectionDelayMax } = this.options;
    const delay = this.reconnectionAttempts
      ? this.reconnectionDelay
      : backoff(reconnectionDelay, 0, reconnectionDelayMax);
    this._enter(State.WAITING);
    this._timer = root.setTimeout(() => {
      const attempts = ++this.reconnectionAttempts;
      this.reconnectionDelay = backoff(reconnectionDelay, attempts, reconnectionDelayMax);
      this.emit('reconnecting', [this.reconnectionDelay, attempts]);
      if (this._state === State.WAITING) this._start();
    }, delay);
  }

  /** The page goes, perhaps into the back/forward cache: say goodbye, but tell nobody here. */
  _suspend(): void {
    root.clearTimeout(this._timer);
    if (this._isActive) this.transport!._end(Ending.UNLOADED);
    this._session = null;
  }

  /** The page is back from the cache. */
  _wake(): void {
    if (this.connected) this.onDisconnect();
    else {
      this._isActive = false;
      this._enter(State.WAITING);
    }
    if (this._state === State.WAITING) this._start();
  }
}
