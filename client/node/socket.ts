/**
 * The `Socket` of the Node client.
 *
 * @module
 */
import { backoff } from '../core/backoff.js';
import { State } from '../core/socket.js';
import { Socket as BrowserSocket } from '../core/delivery/socket.js';
import type { TypeOf } from '../core/delivery/transport.js';
import { platform } from '../core/platform.js';
import type { Transport } from '../core/transport.js';
import { parseAddress } from './parse-address.js';
import { ClientError, warn } from './errors.js';
import type { Dialect } from './dialect/dialect.js';
import { createDialect } from './dialect/create-dialect.js';
import { RequestConfig } from './request-config.js';
import { MessageIterator } from './message-iterator.js';
import { append } from './payload-batch.js';
import {
  checkChanges,
  checkOptions,
  type ConnectAttempt,
  DEFAULTS,
  omitUndefined,
  optionsOf,
  type SocketOptions,
  TRANSPORTS,
} from './options.js';
import { MAX_DELAY_MS, useNode } from './platform.js';
import type { EndpointSocket } from './v1/endpoint-socket.js';

/** The least number of attempts to resume a session while it is kept; at most one a second. */
const ATTEMPTS_PER_WINDOW = 8;

/**
 * A client of a Socket.IO 0.6 server, of a feed with its framing, or of a server of 0.7 to 0.9. The
 * state machine, the events and the methods are those of the browser client.
 *
 * @example
 * const socket = new Socket('http://localhost:8080');
 * socket.on('message', (message) => console.log(message));
 * socket.connect().send('hello');
 * @example
 * for await (const message of new Socket('wss://example.com/socket.io/websocket?from=chart')) {
 *   console.log(message);
 * }
 */
export class Socket extends BrowserSocket implements AsyncIterable<unknown> {
  /** @internal */ readonly config: RequestConfig;
  /** @internal What differs between 0.6 and 0.9. */ declare readonly _dialect: Dialect | undefined;
  /** The first message of the latest session: its id, or the object with which a feed begins. */
  handshake: unknown = null;

  readonly #maxQueue: number;
  readonly #signal: AbortSignal | undefined;
  readonly #iterators = new Set<MessageIterator>();
  readonly #beforeConnect: SocketOptions['beforeConnect'];
  /** The attempt that waits for `beforeConnect`. */
  #pendingAttempt: ConnectAttempt | null = null;
  /** True while the first connection is retried. */
  #isRetryingConnect = false;
  /** True if the server has asked this client to reconnect. */
  #isMoving = false;
  /** The delay that the server has requested since the last attempt, in milliseconds. */
  #retryAfter = 0;
  #lastError: unknown;
  readonly #messageTimeout: number;
  #messageTimer: NodeJS.Timeout | undefined;

  /**
   * Creates a socket without connecting it.
   *
   * @param target a URL, or a host name as in the browser client
   * @throws {TypeError} If `target` is not a URL with the scheme http, https, ws or wss, or an
   *   option is unknown or invalid.
   */
  constructor(target: string | URL, options: SocketOptions = {}) {
    useNode();
    checkOptions(options);
    const isUrl = typeof target !== 'string' || target.includes('://');
    const address = isUrl ? parseAddress(target, TRANSPORTS) : null;
    super(address ? address.host : String(target), {
      ...DEFAULTS,
      transports: [...TRANSPORTS],
      ...(address && optionsOf(address)),
      ...omitUndefined(options),
    });
    this.config = new RequestConfig(options, address ?? {});
    this._dialect = createDialect(this, options);
    this.transport = this.getTransport();
    this.#maxQueue = options.maxQueue ?? DEFAULTS.maxQueue;
    this.#signal = options.signal;
    this.#beforeConnect = options.beforeConnect;
    this.#messageTimeout = options.messageTimeout ?? DEFAULTS.messageTimeout;
  }

  /** The id of the session; null before there is one. */
  get sessionId(): string | null {
    return this.transport?.sessionid ?? null;
  }

  override getTransport(names: readonly string[] = this._order()): Transport | null {
    for (const name of names) {
      // The constructor of the base class calls this before there is a dialect.
      const transport = this._dialect?.createTransport(name);
      if (transport) return transport;
    }
    return null;
  }

  /**
   * The endpoint of this name, for example `/chat`, with named events; the root by default. The
   * client joins it at once, or when it has connected, and again after each reconnect.
   *
   * @throws {TypeError} If `options.protocol` is not '0.9', or the name contains `:` or `?`.
   */
  of(name: string = ''): EndpointSocket {
    const endpoint = this._dialect?.of?.(name);
    if (!endpoint) throw new TypeError("of() needs the option `protocol: '0.9'`");
    return endpoint;
  }

  /**
   * Sends a message, or several in an array. Without a connection they are queued.
   *
   * @throws {TypeError|RangeError} If a message cannot be encoded: it is circular, contains a
   *   BigInt, or is nested too deeply.
   */
  override send(data: unknown): this {
    const messages = this._dialect!.toWire(data);
    if (this.connected) this.transport!.send(messages);
    else append(this.queueStack, messages);
    return this;
  }

  override queue(message: unknown): this {
    append(this.queueStack, this._dialect!.toWire(message));
    return this;
  }

  /**
   * Connects; `fn` is called once, on the next `connect` event. If no transport connects, retries
   * as described at {@link SocketOptions}.
   *
   * @throws the reason of `options.signal`, if that is aborted.
   */
  override connect(fn?: () => void): this {
    this.#signal?.throwIfAborted();
    this.#signal?.addEventListener('abort', this.#signalOnAbort);
    return super.connect(fn);
  }

  override disconnect(soft?: boolean): this {
    this.#pendingAttempt = null;
    this._dialect!.cancel?.();
    if (!soft) this.#isRetryingConnect = false;
    super.disconnect(soft);
    if (!soft) this.#finish();
    return this;
  }

  /**
   * Iterates over the messages that arrive from now on. Connects if necessary; leaving the loop
   * disconnects.
   *
   * The loop ends when the client disconnects and does not reconnect.
   *
   * @throws {ClientError} `ERR_SIO_CONNECT_FAILED` if the client cannot connect or reconnect;
   *   `ERR_SIO_QUEUE_OVERFLOW` if more than `maxQueue` messages wait for the loop.
   * @throws the reason of `signal` if that is aborted.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<unknown, undefined> {
    const messages: MessageIterator = new MessageIterator(this.#maxQueue, () =>
      this.#remove(messages),
    );
    this.#iterators.add(messages);
    if (this.#signal?.aborted) messages.fail(this.#signal.reason);
    else if (this.#isOver) this.connect();
    return messages;
  }

  override emit(name: string, args?: readonly unknown[]): this {
    if (name === 'error') this.#onError(args?.[0]);
    return super.emit(name, args);
  }

  override onConnect(): void {
    const handshake = this._dialect!.handshakeOf(this.transport);
    if (handshake !== undefined) this.handshake = handshake;
    // the event `reconnect` is only for connections after the first one
    if (this.#isRetryingConnect) this.#isRetryingConnect = this.reconnecting = false;
    this._dialect!.onOpen?.();
    super.onConnect();
    if (this.connected) this._dialect!.onConnected?.();
    if (this.connected) this.#startMessageTimer();
    if (!this._dialect!.canResume(this.handshake)) this._session = null;
  }

  /** @internal */
  _onReceived(): void {
    this.#messageTimer?.refresh();
  }

  override onMessage(message: unknown): void {
    this._onReceived();
    super.onMessage(message);
    for (const messages of this.#iterators) {
      if (!messages.push(message)) this.#overflow(messages);
    }
  }

  override onDisconnect(): void {
    this.#stopMessageTimer();
    if (this.connected) this._dialect!.onClose?.();
    super.onDisconnect();
    if (this.#isOver) this.#finish();
  }

  override _start(): void {
    this.#retryAfter = 0;
    this.#lastError = undefined;
    if (this.#beforeConnect || this._dialect!.prepare) this.#prepare();
    else this.#startRound();
  }

  override _makePlain(transport: Transport, Type: TypeOf<Transport>): void {
    // Methods of classes cannot be enumerated.
    Object.setPrototypeOf(transport, Type.prototype as object);
  }

  override _giveUp(): void {
    const { reconnect, maxReconnectionAttempts: limit } = this.options;
    const cause = this.#lastError;
    const reason = cause instanceof Error ? cause.message : 'no response within `connectTimeout`';
    const message = `Cannot connect to ${this.#origin}: ${reason}`;
    if (!this.reconnecting && reconnect && limit > 0) {
      if (!this.#hasListener('error', 'connect_failed')) {
        warn(`${message}. The client retries up to ${limit} times`);
      }
      this.#isRetryingConnect = this.reconnecting = true;
      this.reconnectionAttempts = 0;
      this.reconnectionDelay = backoff(this.options.reconnectionDelay, 0);
      this._wait();
      return;
    }
    const isLast = !this.reconnecting || this.reconnectionAttempts >= limit;
    if (isLast && this.#isRetryingConnect) {
      // so that `connect_failed` is emitted, not `reconnect_failed`
      this.#isRetryingConnect = this.reconnecting = false;
    }
    if (
      isLast &&
      this.#iterators.size === 0 &&
      !this.#hasListener('error', 'connect_failed', 'reconnect_failed')
    ) {
      warn(message);
    }
    super._giveUp();
    if (this.#isOver) this.#finish(new ClientError('ERR_SIO_CONNECT_FAILED', message, { cause }));
  }

  /** @internal The server ends: what it does not have is sent in the next session, which begins at once. */
  _move(): void {
    this.#isMoving = true;
    this.queueStack = this._unacked.concat(this.queueStack);
    this._unacked = [];
  }

  override _wait(): void {
    // A session that is kept for two minutes must not be lost during a wait of one.
    const most = Math.max(1000, (this._window ?? Infinity) / ATTEMPTS_PER_WINDOW);
    this.reconnectionDelay = this.#isMoving
      ? 0
      : Math.max(Math.min(this.reconnectionDelay, most), this.#retryAfter);
    this.#isMoving = false;
    super._wait();
  }

  /** Starts an attempt with each candidate. */
  #startRound(): void {
    if (this.#isRetryingConnect) {
      // No transport has worked yet, so none is preferred.
      this.transport = this.options.tryTransportsOnConnectTimeout ? null : this.getTransport();
    }
    super._start();
  }

  /** Starts an attempt after `beforeConnect` and what the dialect prepares. */
  #prepare(): void {
    const attempt = { attempt: this.reconnecting ? this.reconnectionAttempts : 0 };
    this._isWanted = true;
    this._candidates = [];
    this._enter(State.CONNECTING);
    this.#pendingAttempt = attempt;
    let step = 'beforeConnect() has not finished';
    if (this.options.connectTimeout) {
      this._timer = platform.setTimeout(() => {
        const message = `${step} within \`connectTimeout\``;
        this.#rejectAttempt(attempt, new ClientError('ERR_SIO_CONNECT_FAILED', message));
      }, this.options.connectTimeout);
    }
    const run = async (): Promise<void> => {
      if (this.#beforeConnect) {
        const changes: unknown = await this.#beforeConnect(attempt);
        if (this.#pendingAttempt !== attempt) return;
        checkChanges(changes);
        this.config.change(changes);
      }
      step = 'The server has not answered the handshake';
      await this._dialect!.prepare?.();
      if (this.#pendingAttempt !== attempt) return;
      this.#pendingAttempt = null;
      this.#startRound();
    };
    run().catch((error: unknown) => this.#rejectAttempt(attempt, error));
  }

  #rejectAttempt(attempt: ConnectAttempt, error: unknown): void {
    if (this.#pendingAttempt !== attempt) return;
    this._dialect!.cancel?.();
    this.emit('error', [error]);
    // a listener may have disconnected
    if (this.#pendingAttempt !== attempt) return;
    this.#pendingAttempt = null;
    this._giveUp();
  }

  /** The address of the server, without credentials. */
  get #origin(): string {
    const { secure, port } = this.options;
    return `${secure ? 'https' : 'http'}://${this.host}:${port}`;
  }

  #hasListener(...names: readonly string[]): boolean {
    return names.some((name) => this._handlers(name).length > 0);
  }

  #onError(error: unknown): void {
    this.#lastError = error;
    if (error instanceof ClientError) {
      this.#retryAfter = Math.max(this.#retryAfter, error.retryAfter ?? 0);
    }
  }

  #startMessageTimer(): void {
    this.#stopMessageTimer();
    if (this.#messageTimeout === 0) return;
    this.#messageTimer = setTimeout(
      () => this.#onMessageTimeout(),
      Math.min(this.#messageTimeout, MAX_DELAY_MS),
    );
  }

  #stopMessageTimer(): void {
    clearTimeout(this.#messageTimer);
    this.#messageTimer = undefined;
  }

  #onMessageTimeout(): void {
    const message = `No message has arrived for ${this.#messageTimeout} ms`;
    const error = new ClientError('ERR_SIO_MESSAGE_TIMEOUT', message);
    this.emit('error', [error]);
    if (!this.connected) return;
    // Requests a new session: in a resumed one, the server would probably stay silent.
    this._session = null;
    if (!this.options.reconnect) this.#finish(error);
    this.disconnect(true);
  }

  /** True if there is neither a connection nor an attempt to connect. */
  get #isOver(): boolean {
    return !this.connected && !this.connecting && !this.reconnecting;
  }

  readonly #signalOnAbort = (): void => {
    for (const messages of this.#iterators) messages.fail(this.#signal?.reason);
    this.disconnect();
  };

  /** Ends all iterators. */
  #finish(error?: ClientError): void {
    this.#signal?.removeEventListener('abort', this.#signalOnAbort);
    for (const messages of this.#iterators) {
      if (error) messages.fail(error);
      else messages.end();
    }
    this.#iterators.clear();
  }

  #overflow(messages: MessageIterator): void {
    const what = `More than ${this.#maxQueue} messages wait for the consumer of an iterator`;
    messages.fail(new ClientError('ERR_SIO_QUEUE_OVERFLOW', what));
    this.#remove(messages);
  }

  /** Disconnects when the last iterator is removed. */
  #remove(messages: MessageIterator): void {
    if (this.#iterators.delete(messages) && this.#iterators.size === 0) this.disconnect();
  }
}
