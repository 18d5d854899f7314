/**
 * A session: what the application holds in its hands as `client`.
 *
 * It outlives its connections, knows no wire format of a transport, and ends in one place.
 *
 * @module
 */
import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createDebug } from '../util/debug.js';
import type { Connection, ConnectionType } from './connection.js';
import type { SharedPayload } from './shared-payload.js';
import { decode, encode, encodeHeartbeat, HEARTBEAT } from '../protocol/frames.js';
import { emitWithReason, rethrowAsync } from './emit.js';
import type { ResolvedOptions } from '../options.js';
import { shortId } from '../util/log.js';
import type { DisconnectReason } from './disconnect-reason.js';
import { readMessage } from '../protocol/message.js';
import { HeldBytes } from './held-bytes.js';
import { assertTransition, State } from './state.js';
import type { SessionOptions } from './timings.js';
import { Timer, type Timers } from '../util/timers.js';

const debug = createDebug('socket.io:client');

/** What a session needs of its Listener. */
export interface Host {
  readonly options: ResolvedOptions;
  /** @internal */ readonly _timers: Timers;
  /** @internal */ _onClientConnect(client: Client): void;
  /** @internal */ _onClientMessage(message: unknown, client: Client): void;
  /** @internal */ _onClientDisconnect(client: Client, reason: DisconnectReason): void;
  broadcast(message: unknown, except?: string): unknown;
}

/** Events of a client. Programs of 0.6 emit events of their own on it as well. */
export interface ClientEvents {
  /** A message: text, or whatever JSON stood behind `~j~`. */
  message: [message: unknown];
  /** The session has ended; told to handlers that declare a parameter. */
  disconnect: [reason: DisconnectReason];
}

// The listener methods know the events of 0.6, and let any other pass.
export interface Client {
  on<E extends keyof ClientEvents>(event: E, listener: (...args: ClientEvents[E]) => void): this;
  on(event: string | symbol, listener: (...args: never[]) => void): this;
  once<E extends keyof ClientEvents>(event: E, listener: (...args: ClientEvents[E]) => void): this;
  once(event: string | symbol, listener: (...args: never[]) => void): this;
}

/**
 * One client of a Listener, from its first connection to its `disconnect`.
 *
 * @example
 * listener.on('connection', (client) => {
 *   client.send({ welcome: client.sessionId });
 *   client.on('message', (message) => client.broadcast(message));
 *   client.on('disconnect', () => client.broadcast(client.sessionId + ' left'));
 * });
 */
export class Client extends EventEmitter {
  /** The Listener this client belongs to. */
  readonly listener: Host;
  /** Given at the first connection, for good. */
  readonly sessionId: string;
  /** True from the first connection until `disconnect`, also while the client is away. */
  connected = false;
  /** How many connections the session has had: every poll, every reconnect adds one. */
  connections = 0;
  /** The request that opened the latest connection. Never null, unlike in 0.6. */
  request: IncomingMessage;
  /** The response of the connection that is open, of HTTP transports; else null. */
  response: ServerResponse | null = null;
  /** The socket of the latest connection. Ending it hangs up on the client. */
  connection: Socket;

  /** @internal */ readonly _type: ConnectionType;
  /** @internal The origin of pages that it belongs to; see access/origins.ts. */
  _origin: string | null = null;
  /** @internal The address it is counted under; see access/session-limiter.ts. */
  _countedAddress: string | null = null;
  readonly #defaults: Readonly<SessionOptions>;
  #held: HeldBytes | null = null;
  #options: SessionOptions | null = null;
  #state: State = State.NEW;
  #current: Connection | null = null;
  #queue: string[] | null = null;
  #queued = 0;
  #isCorked = false;
  #heartbeats = 0;
  #isHeartbeatPending = false;
  #isOverflowing = false;
  #closeReason: DisconnectReason = 'transport close';
  readonly #timer: Timer = new Timer(this);

  /** @internal Made by the Listener when the first connection of a session is open. */
  constructor(
    listener: Host,
    sessionId: string,
    connection: Connection,
    type: ConnectionType,
    defaults: Readonly<SessionOptions>,
  ) {
    super();
    this.listener = listener;
    this.request = connection.request;
    this.connection = connection.socket;
    this.sessionId = sessionId;
    this._type = type;
    this.#defaults = defaults;
  }

  /** Timings of this session: defaults of its transport plus `transportOptions`; may be written to. */
  get options(): SessionOptions {
    return (this.#options ??= { ...this.#defaults });
  }

  /** Name of the transport that serves this session. */
  get transport(): string {
    return this._type.transportName;
  }

  /** Address of the client, as its latest connection had it. */
  get remoteAddress(): string | undefined {
    return this.connection.remoteAddress;
  }

  /** True while there is a connection or a poll to write to. An internal of 0.6 that programs read. */
  get _open(): boolean {
    return this.#state === State.OPEN;
  }

  /**
   * Sends a message; while the client is away it waits in the queue.
   *
   * Text goes as it is, plain objects as JSON, numbers and booleans as their text, `null`
   * and `undefined` as the empty text; an array is several messages in one payload.
   *
   * @throws {TypeError} If an object cannot become JSON (it is circular, say).
   * @example client.send('hello').send({ n: 1 });
   */
  send(message: unknown): this {
    const payload = encode(message);
    if (!this.#target?.write(payload)) this.#enqueue(payload);
    return this;
  }

  /** Sends a message to every other client of the Listener. */
  broadcast(message: unknown): this {
    if (this.#state !== State.NEW) this.listener.broadcast(message, this.sessionId);
    return this;
  }

  /** Ends the session: what was sent still goes out, `disconnect` is emitted, the connection closes. */
  disconnect(): this {
    this._end('server disconnect');
    return this;
  }

  /** Ends the session at once, as programs of 0.6 kicked their clients. */
  _onDisconnect(): void {
    this._end('server disconnect');
  }

  /** Hangs up on the client, which may come back within `closeTimeout`; a kick of 0.6. */
  _onClose(): this {
    this.#dropConnection('server disconnect');
    return this;
  }

  /** @internal A connection of this session is open: the first one, or one that comes back. */
  _attach(connection: Connection): void {
    if (this.#state === State.CLOSED) {
      connection.close();
      return;
    }
    const previous = this.#current;
    this.listener._timers.clear(this.#timer);
    this.#current = connection;
    this.#isHeartbeatPending = false;
    this.request = connection.request;
    this.response = connection.response;
    this.connection = connection.socket;
    this.connections++;
    this.#transition(State.OPEN);
    previous?.close();
    if (this.connected) {
      this.#flush();
    } else {
      this.connected = true;
      connection.write(encode(this.sessionId));
      this.listener._onClientConnect(this);
    }
    if (this.#current === connection) this.#awaitHeartbeat();
  }

  /** @internal The connection is no more; a session has only one that counts. */
  _detach(connection: Connection, reason: DisconnectReason = 'transport close'): void {
    if (connection !== this.#current) return;
    this.#current = null;
    this.response = null;
    this.#isHeartbeatPending = false;
    this.#closeReason = reason;
    this.#transition(State.DETACHED);
    const wait = Math.max(this._timings.closeTimeout, connection.minGracePeriodMs);
    this.listener._timers.set(this.#timer, wait);
  }

  /**
   * @internal Payloads that `connection` had taken, and then could not send: they come first. Not
   * so a heartbeat, which asks for that connection alone.
   */
  _requeue(payloads: readonly string[], connection: Connection): void {
    const since = this.#queue ?? [];
    const heartbeat = encodeHeartbeat(this.#heartbeats);
    this.#queue = null;
    this.#queued = 0;
    for (const payload of [...payloads, ...since]) {
      if (payload !== heartbeat) this.#enqueue(payload);
    }
    if (this.#current !== connection) this.#flush();
  }

  /**
   * @internal More waits for the client than it may. It ends after the send that was too much:
   * among its handlers are broadcasts, which may be too much for the next client, and so on
   * until the stack is full.
   */
  _overflow(): void {
    if (this.#isOverflowing) return;
    this.#isOverflowing = true;
    this.#queue = null;
    process.nextTick(() => this._end('queue overflow'));
  }

  /** @internal The one way out. The client is listed while it hears of it, and no longer when the Listener does. */
  _end(reason: DisconnectReason): void {
    this.#uncork();
    if (this.#state === State.CLOSED) return;
    const connection = this.#current;
    const wasConnected = this.connected;
    this.listener._timers.clear(this.#timer);
    this.#transition(State.CLOSED, reason);
    this.#current = null;
    this.response = null;
    this.#queue = null;
    this.connected = false;
    connection?.close();
    this.#held?.onSessionEnd();
    if (!wasConnected) return;
    try {
      emitWithReason(this, 'disconnect', [], reason);
    } catch (error) {
      rethrowAsync(error);
    }
    this.listener._onClientDisconnect(this, reason);
  }

  /**
   * @internal A payload has arrived. A handler that throws loses no messages: its exception
   * surfaces on its own, as an `uncaughtException` of the process.
   * @returns false if it holds more messages than `maxMessages`; none is delivered then.
   */
  _onMessage(payload: string): boolean {
    const limit = this.listener.options.maxMessages || Infinity;
    const texts = decode(payload, limit + 1);
    if (texts.length > limit) return false;
    // Replies to one batch share the answer of the poll, instead of a poll for the first and
    // another for the rest.
    this.#isCorked = texts.length > 1 && this.#current?.isPoll === true;
    for (let i = 0; i < texts.length && this.#state !== State.CLOSED; i++) {
      const text = texts[i] as string;
      if (text.charCodeAt(0) === 0x7e && text.startsWith(HEARTBEAT)) this.#onHeartbeat(text);
      else this.#deliver(readMessage(text));
    }
    this.#uncork();
    return true;
  }

  /** @internal What the alarm means depends on what the session waits for. */
  onTimeout(): void {
    if (this.#state === State.DETACHED) {
      this._end(this.#closeReason);
    } else if (this.#isHeartbeatPending) {
      this.#dropConnection('heartbeat timeout');
    } else if (this._timings.timeout) {
      this.#isHeartbeatPending = true;
      this.listener._timers.set(this.#timer, this._timings.timeout);
      this.#current?.write(encodeHeartbeat(++this.#heartbeats));
    }
  }

  /** @internal What the server holds for the session outside of its queue. */
  get _heldBytes(): HeldBytes {
    return (this.#held ??= new HeldBytes());
  }

  /** @internal How many bytes that is. */
  get _heldSize(): number {
    return this.#held?.size ?? 0;
  }

  /** @internal A broadcast of the Listener. */
  _sendShared(broadcast: SharedPayload): void {
    if (!this.#target?.writeShared(broadcast)) this.#enqueue(broadcast.payload);
  }

  /** @internal As `options`; but only sessions whose options were asked for carry a copy. */
  get _timings(): Readonly<SessionOptions> {
    return this.#options ?? this.#defaults;
  }

  /** Where a send goes; null: into the queue. */
  get #target(): Connection | null {
    return this.#isCorked ? null : this.#current;
  }

  #transition(to: State, why = ''): void {
    assertTransition(this.#state, to);
    if (debug.enabled) {
      const how = `${this.#state} → ${to} ${why}`.trimEnd();
      debug('%s %s: %s', shortId(this.sessionId), this.transport, how);
    }
    this.#state = to;
  }

  #deliver(message: unknown): void {
    try {
      this.emit('message', message);
    } catch (error) {
      rethrowAsync(error);
    }
    this.listener._onClientMessage(message, this);
  }

  #enqueue(payload: string): void {
    if (this.#state === State.CLOSED || this.#isOverflowing) return;
    const { maxQueue, maxBuffer } = this.listener.options;
    const queue = (this.#queue ??= []);
    queue.push(payload);
    this.#queued += payload.length;
    const tooMany = maxQueue > 0 && queue.length > maxQueue;
    if (tooMany || (maxBuffer > 0 && this.#queued > maxBuffer)) this._overflow();
  }

  /** Sends the replies to a batch that were held for its end. */
  #uncork(): void {
    if (!this.#isCorked) return;
    this.#isCorked = false;
    this.#flush();
  }

  #flush(): void {
    const queue = this.#queue;
    if (queue === null || !this.#current) return;
    this.#queue = null;
    this.#queued = 0;
    const payload = queue.join('');
    if (!this.#current.write(payload)) this.#enqueue(payload);
  }

  #awaitHeartbeat(): void {
    if (!this._timings.timeout) return;
    this.listener._timers.set(this.#timer, this._timings.heartbeatInterval);
  }

  /** Only the outstanding number counts; 0.6.18 took 0 and none for an echo as well. */
  #onHeartbeat(text: string): void {
    if (!this.#isHeartbeatPending || text !== HEARTBEAT + this.#heartbeats) return;
    this.#isHeartbeatPending = false;
    this.#awaitHeartbeat();
  }

  #dropConnection(reason: DisconnectReason): void {
    const connection = this.#current;
    if (!connection) return;
    this._detach(connection, reason);
    connection.close();
  }
}
