/**
 * A session: the `client` of an application.
 *
 * It lasts longer than its connections, and is independent of the wire format. state.ts describes
 * its states.
 *
 * A payload is written to the connection if there is one, otherwise it is queued. The next
 * connection gets the queue as one payload. While the queue is not empty, later payloads are added
 * to it, so their order is kept. Payloads that a connection can no longer write are put back at the
 * head of the queue: all of them are older than the queued ones.
 *
 * One timer serves all states. While OPEN, it expires when the next heartbeat or its echo is due,
 * otherwise when the session must end. Then line-progress.ts decides if the connection is dead.
 *
 * @module
 */
import type { AsyncResource } from 'node:async_hooks';
import { decode, encode, HEARTBEAT } from '../protocol/frames.js';
import { readMessage } from '../protocol/message.js';
import { captureContext } from '../util/async-context.js';
import { createDebug } from '../util/debug.js';
import { extraTime, LineProgress } from '../util/line-progress.js';
import { shortId } from '../util/log.js';
import { ClientInfo } from './client-info.js';
import type { Connection, ConnectionType, Host } from './connection.js';
import type { DisconnectReason } from './disconnect-reason.js';
import { emitWithReason, rethrowAsync } from './emit.js';
import { HeldBytes } from './held-bytes.js';
import { SendQueue } from './send-queue.js';
import { SessionTimer } from './session-timer.js';
import type { SharedPayload } from './shared-payload.js';
import { assertTransition, State } from './state.js';
import type { SessionOptions } from './timings.js';

export type { Host } from './connection.js';

const debug = createDebug('socket.io:client');

/** Events of a client. Applications of 0.6 emit events of their own on it too. */
export interface ClientEvents {
  /** A message has arrived: text, or the value of the JSON that was sent. */
  message: [message: unknown];
  /** The session has ended. See also `client.disconnectReason`. */
  disconnect: [reason: DisconnectReason];
}

// The listener methods declare the events of 0.6, and accept any other event.
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
 *   client.send({ welcome: client.id });
 *   client.on('message', (message) => client.broadcast(message));
 *   client.on('disconnect', () => client.broadcast(client.id + ' left'));
 * });
 */
export class Client extends ClientInfo {
  #state: State = State.NEW;
  #current: Connection | null = null;
  #queue: SendQueue | null = null;
  #held: HeldBytes | null = null;
  #isCorked = false;
  #isOverflowing = false;
  #closeReason: DisconnectReason = 'transport close';
  readonly #context: AsyncResource | null = captureContext();
  readonly #timer: SessionTimer;

  /** @internal The Listener makes a session when its first connection is open. */
  constructor(
    listener: Host,
    sessionId: string,
    connection: Connection,
    type: ConnectionType,
    defaults: Readonly<SessionOptions>,
  ) {
    super(listener, sessionId, connection, type, defaults);
    this.#timer = new SessionTimer(this, listener._timers);
  }

  /** True while a connection or poll can be written to. Applications of 0.6 read this property. */
  get _open(): boolean {
    return this.#state === State.OPEN;
  }

  /**
   * Sends a message. While the client has no connection, the message waits in a queue.
   *
   * Text is sent as it is, a plain object as JSON, a number or boolean as its text, `null` and
   * `undefined` as the empty text. An array is several messages in one payload.
   *
   * @throws {TypeError} If an object cannot be written as JSON, for example because it is circular.
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

  /**
   * Ends the session. What was sent before is delivered.
   *
   * With a connection, or without a queue, the session ends at once: `disconnect` is emitted before
   * this method returns. A client that polls and is between two polls gets the queue with its next
   * poll. The session ends then, or after `closeTimeout`; until then, its messages are dropped.
   */
  disconnect(): this {
    this._close('server disconnect');
    return this;
  }

  /** Ends the session at once, and drops its queue. Applications of 0.6 call this method. */
  _onDisconnect(): void {
    this._end('server disconnect');
  }

  /** Closes the connection; the session waits `closeTimeout` for another one, as in 0.6. */
  _onClose(): this {
    this.#dropConnection('server disconnect');
    return this;
  }

  /** @internal A connection of this session is open: its first, or another one. */
  _attach(connection: Connection): void {
    if (this.#state === State.CLOSED) {
      connection.close();
      return;
    }
    this._setConnection(connection);
    if (this.#state === State.CLOSING) {
      this.#deliverLast(connection);
      return;
    }
    const previous = this.#current;
    this.#timer.stop();
    this.#current = connection;
    this.#timer.resetHeartbeat();
    this.response = connection.response;
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

  /** @internal A connection has ended. Does nothing unless it is the current one. */
  _detach(connection: Connection, reason: DisconnectReason = 'transport close'): void {
    if (connection !== this.#current) return;
    this.#current = null;
    this.response = null;
    this.#timer.resetHeartbeat();
    this.#closeReason = reason;
    const { bytesInFlight, minGracePeriodMs } = connection;
    const progress =
      extraTime(bytesInFlight) > 0 ? new LineProgress(connection.socket, bytesInFlight) : null;
    this.#timer.start(Math.max(this._timing('closeTimeout'), minGracePeriodMs), progress);
    this.#transition(State.DETACHED);
  }

  /** @internal The client has closed its connection deliberately, which ends the session. */
  _onClientClose(connection: Connection): void {
    if (connection === this.#current) this._end('client close');
  }

  /**
   * @internal `connection` has taken these payloads and can no longer write them. They are older
   * than anything in the queue. A heartbeat is dropped: it concerns that connection only.
   */
  _requeue(payloads: readonly string[], connection: Connection): void {
    if (this.#state === State.CLOSED || this.#isOverflowing) return;
    const heartbeat = this.#timer.heartbeat;
    (this.#queue ??= new SendQueue()).unshift(payloads.filter((each) => each !== heartbeat));
    this.#limitQueue();
    if (this.#current !== connection) this.#flush();
  }

  /**
   * @internal More waits for the client than the limits allow. The session ends in a later turn:
   * a `disconnect` handler may broadcast and overflow the next client, and this recursion could
   * overflow the stack.
   */
  _overflow(): void {
    if (this.#isOverflowing) return;
    this.#isOverflowing = true;
    this.#queue = null;
    process.nextTick(() => this._end('queue overflow'));
  }

  /** @internal Ends the session once its queue is delivered, at the latest after `closeTimeout`. */
  _close(reason: DisconnectReason): void {
    this.#uncork();
    if (this.#state === State.CLOSING) return;
    if (this.#state !== State.DETACHED || this.#queue === null) {
      this._end(reason);
      return;
    }
    this.#closeReason = reason;
    this.#transition(State.CLOSING);
  }

  /**
   * @internal Ends the session at once. Every session ends here. The client is still in `clients`
   * during its `disconnect`, but not during `clientDisconnect`.
   */
  _end(reason: DisconnectReason): void {
    this.#uncork();
    if (this.#state === State.CLOSED) return;
    const connection = this.#current;
    const wasConnected = this.connected;
    this.#timer.stop();
    this.#transition(State.CLOSED, reason);
    this.#current = null;
    this.response = null;
    this.#queue = null;
    this.connected = false;
    this.disconnectReason = reason;
    connection?.close();
    this.#held?.onSessionEnd();
    if (!wasConnected) return;
    if (this.#context === null) this.#emitDisconnect(reason);
    else this.#context.runInAsyncScope(() => this.#emitDisconnect(reason));
  }

  /**
   * @internal A payload has arrived. If a handler throws, the other messages are still delivered,
   * and the exception is rethrown later as an `uncaughtException` of the process.
   * @returns false if it contains more than `maxMessages` messages: none was delivered.
   */
  _onMessage(payload: string): boolean {
    const limit = this.listener.options.maxMessages || Infinity;
    const texts = decode(payload, limit + 1);
    if (texts.length > limit) return false;
    // Messages do not extend a session without a connection: its client must connect.
    this.#timer.touch(this.#current !== null);
    // All replies to one batch share one response to a poll. Otherwise the first reply would use
    // up one poll, and the rest would need another.
    this.#isCorked = texts.length > 1 && this.#current?.cork() === true;
    if (this.#context === null) this.#deliver(texts, payload.length);
    else this.#context.runInAsyncScope(() => this.#deliver(texts, payload.length));
    this.#uncork();
    return true;
  }

  /** @internal Part of a payload has arrived: the client is alive. */
  _onProgress(): void {
    this.#timer.touch();
  }

  /** @internal The meaning of the timer depends on the state. */
  onTimeout(): void {
    if (this.#current === null) {
      if (!this.#timer.extend(this._timing('closeTimeout'), null)) this._end(this.#closeReason);
    } else if (this.#timer.isHeartbeatPending) {
      if (!this.#timer.extend(this._heartbeatTimeout, this.#current))
        this.#dropConnection('heartbeat timeout');
    } else if (this._heartbeatTimeout) {
      this.#timer.sendHeartbeat(this.#current, this._heartbeatTimeout);
    }
  }

  /** @internal What the server holds for the session outside of its queue. */
  get _heldBytes(): HeldBytes {
    return (this.#held ??= new HeldBytes());
  }

  /** @internal The number of these bytes. */
  get _heldSize(): number {
    return this.#held?.size ?? 0;
  }

  /** @internal A broadcast of the Listener. */
  _sendShared(broadcast: SharedPayload): void {
    if (!this.#target?.writeShared(broadcast)) this.#enqueue(broadcast.payload);
  }

  /** The connection to write to; null if payloads must be queued. */
  get #target(): Connection | null {
    return this.#isCorked || this.#queue !== null ? null : this.#current;
  }

  #transition(to: State, why = ''): void {
    assertTransition(this.#state, to, this.#timer.isSet);
    if (debug.enabled) {
      const how = `${this.#state} → ${to} ${why}`.trimEnd();
      debug('%s %s: %s', shortId(this.sessionId), this.transport, how);
    }
    this.#state = to;
  }

  #deliver(texts: readonly string[], payloadLength: number): void {
    for (const text of texts) {
      if (this.#state === State.CLOSING || this.#state === State.CLOSED) break;
      if (text.charCodeAt(0) === 0x7e && text.startsWith(HEARTBEAT)) {
        if (this.#timer.receiveEcho(text, this.#current)) this.#awaitHeartbeat();
      } else {
        this.#emitMessage(readMessage(text, payloadLength));
      }
    }
  }

  #emitMessage(message: unknown): void {
    try {
      this.emit('message', message);
    } catch (error) {
      rethrowAsync(error);
    }
    this.listener._onClientMessage(message, this);
  }

  #emitDisconnect(reason: DisconnectReason): void {
    try {
      emitWithReason(this, 'disconnect', [], reason);
    } catch (error) {
      rethrowAsync(error);
    }
    this.listener._onClientDisconnect(this, reason);
  }

  #enqueue(payload: string): void {
    if (this.#state === State.CLOSING || this.#state === State.CLOSED || this.#isOverflowing)
      return;
    (this.#queue ??= new SendQueue()).push(payload);
    this.#limitQueue();
  }

  #limitQueue(): void {
    const { maxQueue, maxBuffer } = this.listener.options;
    const { length, bytes } = this.#queue as SendQueue;
    const isTooLong = maxQueue > 0 && length > maxQueue;
    if (isTooLong || (maxBuffer > 0 && bytes > maxBuffer)) this._overflow();
  }

  /** Sends the replies to a batch that were held until its end. */
  #uncork(): void {
    if (!this.#isCorked) return;
    this.#isCorked = false;
    this.#flush();
  }

  #flush(): void {
    const queue = this.#queue;
    const connection = this.#current;
    if (queue === null || connection === null) return;
    this.#queue = null;
    if (!connection.write(queue.join())) this.#queue = queue;
  }

  /** Sends the queue of a session that the application has ended, then ends the session. */
  #deliverLast(connection: Connection): void {
    const queue = this.#queue;
    this.#queue = null;
    if (queue !== null && !connection.write(queue.join())) this.#queue = queue;
    connection.close();
    // If the write failed, the queue is kept, and the session waits for another connection.
    if (this.#queue === null) this._end(this.#closeReason);
  }

  #awaitHeartbeat(): void {
    if (this._heartbeatTimeout) this.#timer.start(this._timing('heartbeatInterval'));
  }

  #dropConnection(reason: DisconnectReason): void {
    const connection = this.#current;
    if (!connection) return;
    this._detach(connection, reason);
    connection.close();
  }
}
