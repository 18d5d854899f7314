/**
 * The browser client's `Socket`, for programs.
 *
 * @module
 */
import { Socket as BrowserSocket } from '../core/socket.js';
import type { Transport } from '../core/transport.js';
import { parseAddress, type Address } from './parse-address.js';
import { ClientError } from './errors.js';
import { readHandshake } from './handshake.js';
import { Link } from './request-config.js';
import { Messages } from './message-iterator.js';
import { checkOptions, DEFAULTS, type SocketOptions, TRANSPORTS } from './options.js';
import { useNode } from './platform.js';
import { type Greeted, transports } from './transports/index.js';

useNode();

/** What a URL says, as options. */
function optionsOf(address: Address): SocketOptions {
  return {
    secure: address.secure,
    ...(address.port && { port: address.port }),
    ...(address.resource && { resource: address.resource }),
    ...(address.transport && { transports: [address.transport] }),
  };
}

/** Without what is undefined, which stands for a default. */
function defined(options: SocketOptions): SocketOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** True for the address of a WebSocket that a session's id can be added to. */
function canResume({ path }: Link): boolean {
  return path === undefined || /\/(?:websocket|flashsocket)$/.test(path);
}

/**
 * One connection to a server of Socket.IO 0.6, or to a feed that speaks its framing: the state
 * machine, the events and the methods of the browser client.
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
  /** @internal */ readonly link: Link;
  /** The first message of the latest session: its id, or the object that a feed begins with. */
  handshake: unknown = null;

  readonly #maxQueue: number;
  readonly #signal: AbortSignal | undefined;
  readonly #iterators = new Set<Messages>();
  #lastError: unknown;

  /**
   * Does not connect yet.
   *
   * @param target a URL, or a host as in a page
   * @throws {TypeError} If `target` is no URL of http, https, ws or wss, or an option is not known
   *   or of the wrong type.
   */
  constructor(target: string | URL, options: SocketOptions = {}) {
    checkOptions(options);
    const isUrl = typeof target !== 'string' || target.includes('://');
    const address = isUrl ? parseAddress(target, TRANSPORTS) : null;
    super(address ? address.host : String(target), {
      ...DEFAULTS,
      transports: [...TRANSPORTS],
      ...(address && optionsOf(address)),
      ...defined(options),
    });
    this.link = new Link(options, address ?? {});
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
   * The messages from now on; connects if need be. Leaving the loop disconnects.
   *
   * The loop ends with the connection, unless that is to be restored; it is thrown
   * `ERR_SIO_CONNECT_FAILED` if that fails, `ERR_SIO_QUEUE_OVERFLOW` if more than `maxQueue`
   * messages wait for it, and the reason of `signal` if that is aborted.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<unknown, undefined> {
    const messages: Messages = new Messages(this.#maxQueue, () => this.#drop(messages));
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
    const text = (this.transport as Greeted | null)?.handshake;
    if (text !== undefined) this.handshake = readHandshake(text);
    super.onConnect();
    // Feeds begin anew.
    if (typeof this.handshake !== 'string' || !canResume(this.link)) this._session = null;
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
    const what = cause instanceof Error ? cause.message : 'no answer within `connectTimeout`';
    this.#finish(new ClientError('ERR_SIO_CONNECT_FAILED', `Cannot connect: ${what}`, { cause }));
  }

  /** True if there is no connection, and none to come. */
  get #isOver(): boolean {
    return !this.connected && !this.connecting && !this.reconnecting;
  }

  readonly #signalOnAbort = (): void => {
    for (const messages of this.#iterators) messages.fail(this.#signal?.reason);
    this.disconnect();
  };

  /** Nothing more comes, until somebody connects again. */
  #finish(error?: ClientError): void {
    this.#signal?.removeEventListener('abort', this.#signalOnAbort);
    for (const messages of this.#iterators) {
      if (error) messages.fail(error);
      else messages.end();
    }
    this.#iterators.clear();
  }

  #overflow(messages: Messages): void {
    const what = `More than ${this.#maxQueue} messages wait for their consumer`;
    messages.fail(new ClientError('ERR_SIO_QUEUE_OVERFLOW', what));
    this.#drop(messages);
  }

  /** The last one to leave turns off the light. */
  #drop(messages: Messages): void {
    if (this.#iterators.delete(messages) && this.#iterators.size === 0) this.disconnect();
  }
}
