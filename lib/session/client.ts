/**
 * A session: the `client` of an application.
 *
 * It lasts longer than its connections, in any wire format. state.ts has its states.
 *
 * One timer serves all states. While OPEN, it expires when the next heartbeat or its echo is due,
 * otherwise when the session must end. Then line-progress.ts decides if the connection is lost.
 *
 * The methods at the end of the class depend on the protocol; other protocols override them.
 *
 * @module
 */
import type { AsyncResource } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { decode, encode, encodeHeartbeat, HEARTBEAT } from '../protocol/frames.js';
import { readMessage } from '../protocol/message.js';
import { recordReceived } from '../metrics/record.js';
import { captureContext } from '../util/async-context.js';
import { createDebug } from '../util/debug.js';
import { extraTime, LineProgress } from '../util/line-progress.js';
import { shortId } from '../util/log.js';
import { setOwn, type ClientEvents } from './client-info.js';
import { ClientOutput } from './client-output.js';
import { POST_TAKEN, type PostAnswer } from './connection.js';
import type { Connection, ConnectionType, Host } from './connection.js';
import { emitEnd, rethrowAsync } from '../events/emit.js';
import type { AnyIncoming, AnyOutgoing, EventChannel } from '../events/event-channel.js';
import { SessionTimer } from './session-timer.js';
import { assertTransition, State, type DisconnectReason } from './state.js';
import type { SessionOptions } from './timings.js';

export type { ClientEvents } from './client-info.js';
export type { Host } from './connection.js';

const debug = createDebug('socket.io:client');

// The listener methods declare the events of 0.6, and accept any other event.
// oxlint-disable-next-line eslint/no-unused-vars -- the parameters of the class
export interface Client<In extends object = AnyIncoming, Out extends object = AnyOutgoing> {
  on<E extends keyof ClientEvents>(event: E, listener: (...args: ClientEvents[E]) => void): this;
  on(event: string | symbol, listener: (...args: never[]) => void): this;
  once<E extends keyof ClientEvents>(event: E, listener: (...args: ClientEvents[E]) => void): this;
  once(event: string | symbol, listener: (...args: never[]) => void): this;
}

/**
 * One client of a Listener, from its first connection to its `disconnect`.
 *
 * `In` has the named events that the client sends, each as the type of its handler; `Out` has those
 * that it receives; see `events`.
 *
 * @example
 * listener.on('connection', (client) => {
 *   client.send({ welcome: client.id });
 *   client.on('message', (message) => client.broadcast(message));
 *   client.on('disconnect', () => client.broadcast(client.id + ' left'));
 * });
 */
export class Client<
  In extends object = AnyIncoming,
  Out extends object = AnyOutgoing,
> extends ClientOutput {
  #state: State = State.NEW;
  #closeReason: DisconnectReason = 'transport close';
  readonly #context: AsyncResource | null = captureContext();
  /** @internal */ readonly _timer: SessionTimer;

  /** @internal The Listener makes a session when its first connection is open. */
  constructor(
    listener: Host,
    sessionId: string,
    connection: Connection,
    type: ConnectionType,
    defaults: Readonly<SessionOptions>,
  ) {
    super(listener, sessionId, connection, type, defaults);
    this._timer = new SessionTimer(this, listener._timers);
  }

  /** True while a connection or poll can be written to. Applications of 0.6 read this property. */
  override get _open(): boolean {
    return this.#state === State.OPEN;
  }

  /** Named events, from 0.7 on with acknowledgements. Made when it is first read. */
  get events(): EventChannel<In, Out> {
    return this._channel as object as EventChannel<In, Out>;
  }

  set events(value: EventChannel<In, Out>) {
    setOwn(this, 'events', value);
  }

  /** @internal */
  override get _isEnding(): boolean {
    return this.#state === State.CLOSING || this.#state === State.CLOSED;
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
  override send(message: unknown): this {
    this._sendMessages(encode(message), Array.isArray(message) ? message.length : 1);
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
    const previous = this._current;
    this._timer.stop();
    this._current = connection;
    this._timer.resetHeartbeat();
    this.response = connection.response;
    this.#transition(State.OPEN);
    previous?.close();
    if (this.connected) {
      this._resume(connection);
    } else {
      this.connected = true;
      this._greet(connection);
      this.listener._onClientConnect(this);
    }
    if (this._current === connection) this.#awaitHeartbeat();
  }

  /** @internal A connection has ended. Does nothing unless it is the current one. */
  _detach(connection: Connection, reason: DisconnectReason = 'transport close'): void {
    if (connection !== this._current) return;
    this._current = null;
    this.response = null;
    this._timer.resetHeartbeat();
    this.#closeReason = reason;
    const { bytesInFlight, minGracePeriodMs } = connection;
    const progress =
      extraTime(bytesInFlight) > 0 ? new LineProgress(connection.socket, bytesInFlight) : null;
    this._timer.start(Math.max(this._graceMs, minGracePeriodMs), progress);
    this.#transition(State.DETACHED);
  }

  /** @internal The client has closed its connection deliberately, which ends the session. */
  _onClientClose(connection: Connection): void {
    if (connection === this._current) this._end('client close');
  }

  /** @internal A heartbeat is dropped: it concerns `connection` only. */
  override _requeue(payloads: readonly string[], connection: Connection): void {
    if (this.#state === State.CLOSED) return;
    const heartbeat = this._encodeHeartbeat(this._timer.heartbeats);
    super._requeue(
      payloads.filter((each) => each !== heartbeat),
      connection,
    );
  }

  /** @internal The transport of an open poll handles the end of its socket itself. */
  _onConnectionKicked(socket: Socket): void {
    if (this._current !== null || socket !== this._socket || this._isOverflowing) return;
    this._close('server disconnect');
  }

  /** @internal Ends the session once its queue is delivered, at the latest after `closeTimeout`. */
  override _close(reason: DisconnectReason): void {
    if (this.#state === State.CLOSING) return;
    if (this.#state !== State.DETACHED || this._sendQueue === null) {
      this._end(reason);
      return;
    }
    this._uncork();
    this._writeEnd(reason);
    this.#closeReason = reason;
    this.#transition(State.CLOSING);
  }

  /**
   * @internal Ends the session at once. Every session ends here. The client is still in `clients`
   * during its `disconnect`, but not during `clientDisconnect`.
   */
  override _end(reason: DisconnectReason): void {
    if (this.#state === State.CLOSED) return;
    if (this.connected) this._writeEnd(reason);
    this._uncork();
    const connection = this._current;
    const wasConnected = this.connected;
    this._timer.stop();
    this.#transition(State.CLOSED, reason);
    this._current = null;
    this.response = null;
    this._sendQueue = null;
    this.connected = false;
    this.disconnectReason = reason;
    connection?.close();
    this._held?.onSessionEnd();
    if (!wasConnected) return;
    if (this.#context === null) this._emitDisconnect(reason);
    else this.#context.runInAsyncScope(() => this._emitDisconnect(reason));
  }

  /**
   * @internal A payload has arrived. If a handler throws, the other messages are still delivered,
   * and the exception is rethrown later as an `uncaughtException` of the process.
   * @returns false if it contains more than `maxMessages` messages: none was delivered.
   */
  _onMessage(payload: string, _connection?: Connection): boolean {
    const texts = this._split(payload);
    if (texts === null) return false;
    this._receive(texts, payload.length);
    return true;
  }

  /** @internal Takes the body of a POST; undefined if it has no messages. */
  _onPost(payload: string | undefined, _request: IncomingMessage): PostAnswer {
    return payload === undefined || this._onMessage(payload) ? POST_TAKEN : 413;
  }

  /** @internal The texts of a payload; null if there are more than `maxMessages`. */
  _split(payload: string): readonly string[] | null {
    const limit = this.listener.options.maxMessages || Infinity;
    const texts = this._decode(payload, limit + 1);
    return texts.length > limit ? null : texts;
  }

  /** @internal Delivers the texts of a payload in order, until the session ends. */
  _receive(texts: readonly string[], payloadLength: number): void {
    this._onActivity();
    if (this.listener._rates?.isExceeded(this, texts) === true) return;
    // All replies to one batch share one response to a poll: the first one would use it up.
    if (texts.length > 1) this._cork();
    if (this.#context === null) this.#deliver(texts, payloadLength);
    else this.#context.runInAsyncScope(() => this.#deliver(texts, payloadLength));
    this._uncork();
  }

  /**
   * @internal A payload has arrived. Payloads do not extend a session without a connection: its
   * client must connect.
   */
  _onActivity(): void {
    this._timer.touch(this._current !== null);
  }

  /** @internal Part of a payload has arrived, which counts as activity of the client. */
  _onProgress(): void {
    this._timer.touch();
  }

  /** @internal The meaning of the timer depends on the state. */
  onTimeout(): void {
    if (this._current === null) {
      if (!this._timer.extend(this._graceMs, null)) this._end(this.#closeReason);
    } else if (this._timer.isHeartbeatPending) {
      if (this._timer.extend(this._heartbeatTimeout, this._current)) return;
      this.listener._counters.heartbeatsMissed++;
      this.#dropConnection('heartbeat timeout');
    } else if (this._heartbeatTimeout) {
      const number = this._timer.countHeartbeat(this._current, this._heartbeatTimeout);
      this.listener._counters.heartbeatsSent++;
      this._current.write(this._encodeHeartbeat(number));
    }
  }

  /** @internal The client has answered a heartbeat. Does nothing unless one is pending. */
  _onHeartbeatEcho(): void {
    if (this._timer.receiveEcho(this._current)) this.#awaitHeartbeat();
  }

  /** @internal Counts a message and emits it. */
  _emitMessage(message: unknown): void {
    recordReceived(this, message);
    try {
      this.emit('message', message);
    } catch (error) {
      rethrowAsync(error);
    }
    this.listener._onClientMessage(message, this);
  }

  /** @internal Emits the end of the session. */
  _emitDisconnect(reason: DisconnectReason): void {
    emitEnd(this, 'disconnect', [], reason);
    this.listener._onClientDisconnect(this, reason);
  }

  /** @internal Writes the first payload of the session. */
  _greet(connection: Connection): void {
    connection.write(encode(this.sessionId));
  }

  /** @internal Writes the first payload to a later connection. */
  _resume(connection: Connection): void {
    if (!connection.isPoll) this.listener._counters.resumes++;
    this._flush();
  }

  /** @internal Returns the payload of a heartbeat. */
  _encodeHeartbeat(number: number): string {
    return encodeHeartbeat(number);
  }

  /** @internal Returns at most `limit` texts of a payload. */
  _decode(payload: string, limit: number): readonly string[] {
    return decode(payload, limit);
  }

  /** @internal Delivers one text: an echo of a heartbeat, or a message. */
  _deliver(text: string, payloadLength: number): void {
    if (text.charCodeAt(0) !== 0x7e || !text.startsWith(HEARTBEAT)) {
      this._emitMessage(readMessage(text, payloadLength));
    } else if (text === HEARTBEAT + this._timer.heartbeats) {
      this._onHeartbeatEcho();
    }
  }

  /** @internal Waits for a connection as long as after the loss of one. */
  _restartGrace(): void {
    if (this._current === null && this.connected) this._timer.start(this._graceMs);
  }

  /** @internal Writes the last payload before the session ends. 0.6 has none. */
  _writeEnd(_reason: DisconnectReason): void {}

  #transition(to: State, why = ''): void {
    assertTransition(this.#state, to, this._timer.isSet);
    if (debug.enabled) {
      const how = `${this.#state} → ${to} ${why}`.trimEnd();
      debug('%s %s: %s', shortId(this.sessionId), this.transport, how);
    }
    this.#state = to;
  }

  #deliver(texts: readonly string[], payloadLength: number): void {
    for (const text of texts) {
      if (this._isEnding) break;
      this._deliver(text, payloadLength);
    }
  }

  /** Sends the queue of a session that the application has ended, then ends the session. */
  #deliverLast(connection: Connection): void {
    this._flushTo(connection);
    connection.close();
    // If the write failed, the queue is kept, and the session waits for another connection.
    if (this._sendQueue === null) this._end(this.#closeReason);
  }

  #awaitHeartbeat(): void {
    if (this._heartbeatTimeout) this._timer.start(this._timing('heartbeatInterval'));
  }

  #dropConnection(reason: DisconnectReason): void {
    const connection = this._current;
    if (!connection) return;
    this._detach(connection, reason);
    connection.close();
  }
}
