/**
 * The `Socket` of the Node client.
 *
 * @module
 */
import { Socket as BrowserSocket } from '../core/socket.js';
import type { Transport } from '../core/transport.js';
import { parseAddress, type Address } from './parse-address.js';
import { ClientError } from './errors.js';
import { readHandshake } from './handshake.js';
import { RequestConfig } from './request-config.js';
import { MessageIterator } from './message-iterator.js';
import { checkOptions, DEFAULTS, type SocketOptions, TRANSPORTS } from './options.js';
import { useNode } from './platform.js';
import { transports, type WithHandshake } from './transports/index.js';

/** The options that a URL contains. */
function optionsOf(address: Address): SocketOptions {
  return {
    secure: address.secure,
    ...(address.port && { port: address.port }),
    ...(address.resource && { resource: address.resource }),
    ...(address.transport && { transports: [address.transport] }),
  };
}

/** The options without those that are undefined, which selects the default. */
function omitUndefined(options: SocketOptions): SocketOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** True if a session id can be appended to the address of the WebSocket. */
function canResume({ path }: RequestConfig): boolean {
  return path === undefined || /\/(?:websocket|flashsocket)$/.test(path);
}

/**
 * A client of a Socket.IO 0.6 server, or of a feed with its framing. State machine, events and
 * methods are those of the browser client.
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
  /** The first message of the latest session: its id, or the object with which a feed begins. */
  handshake: unknown = null;

  readonly #maxQueue: number;
  readonly #signal: AbortSignal | undefined;
  readonly #iterators = new Set<MessageIterator>();
  #lastError: unknown;

  /**
   * Does not connect yet.
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
    this.#maxQueue = options.maxQueue ?? DEFAULTS.maxQueue;
    this.#signal = options.signal;
  }

  /** The id of the session; null before there is one. */
  get sessionId(): string | null {
    return this.transport?.sessionid ?? null;
  }

  override getTransport(names: readonly string[] = this._order()): Transport | null {
    for (const name of names) {
      const Type = transports.get(name);
      if (Type) return new Type(this, this.options.transportOptions[name]);
    }
    return null;
  }

  /** @throws the reason of `options.signal`, if that is aborted. */
  override connect(fn?: () => void): this {
    this.#signal?.throwIfAborted();
    this.#signal?.addEventListener('abort', this.#signalOnAbort);
    return super.connect(fn);
  }

  override disconnect(soft?: boolean): this {
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
    if (name === 'error') this.#lastError = args?.[0];
    return super.emit(name, args);
  }

  override onConnect(): void {
    const text = (this.transport as WithHandshake | null)?.handshake;
    if (text !== undefined) this.handshake = readHandshake(text);
    super.onConnect();
    // A feed cannot resume a session.
    if (typeof this.handshake !== 'string' || !canResume(this.config)) this._session = null;
  }

  override onMessage(message: unknown): void {
    super.onMessage(message);
    for (const messages of this.#iterators) {
      if (!messages.push(message)) this.#overflow(messages);
    }
  }

  override onDisconnect(): void {
    super.onDisconnect();
    if (this.#isOver) this.#finish();
  }

  override _giveUp(): void {
    super._giveUp();
    if (!this.#isOver) return;
    const cause = this.#lastError;
    const what = cause instanceof Error ? cause.message : 'no response within `connectTimeout`';
    this.#finish(new ClientError('ERR_SIO_CONNECT_FAILED', `Cannot connect: ${what}`, { cause }));
  }

  /** True if there is no connection and no attempt to get one. */
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
