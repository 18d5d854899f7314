/**
 * A session with exactly-once delivery. What it counts is in delivery-state.ts, with the rules.
 *
 * Messages are not queued but kept until the client has acknowledged them, whether they were written
 * or not. The first message to each later connection is `~h~aN:M`, and all kept messages follow it.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http';
import { randomInt } from 'node:crypto';
import { ControlKind, encodeControl, readControl } from '../../protocol/delivery/control.js';
import { MOVE } from '../../protocol/delivery/move.js';
import { wholeMessages } from '../../protocol/delivery/whole-messages.js';
import { cutPlace, placeOf } from '../../protocol/delivery/place.js';
import { decode, encode, frame, HEARTBEAT } from '../../protocol/frames.js';
import { readMessage } from '../../protocol/message.js';
import { recordSent } from '../../metrics/record.js';
import { Client } from '../client.js';
import type { Connection, ConnectionType, Host, PostAnswer } from '../connection.js';
import type { DisconnectReason } from '../state.js';
import { emitSafely } from '../../events/emit.js';
import { SendQueue } from '../send-queue.js';
import type { SharedPayload } from '../shared-payload.js';
import type { SessionOptions } from '../timings.js';
import { policyOf } from './delivery-policy.js';
import { DeliveryState, Flag, KEY_LIMIT, Resumption } from './delivery-state.js';
import { PendingProbe } from './pending-probe.js';

const TILDE = 0x7e;
/** The URL of a close request. */
const CLOSE = /\/close\/[^/]*=/;
/**
 * How long a client that is asked to move may take for its next request, in milliseconds: the default
 * `closeTimeout` of polls. On a busy machine a new connection waits for seconds.
 */
const MOVE_MS = 8000;
/**
 * How long a session waits before a request has had its key, in milliseconds. A client detects that
 * a connection is silently lost after 15 s, and has time for two attempts to resume the session.
 */
const UNCONFIRMED_MS = 30_000;

/**
 * An idle session takes 96 bytes more than one without delivery. Therefore this class has no field
 * but the state, and no private method: V8 adds a field to the objects of a class that has some.
 */
export class DeliveringClient extends Client {
  readonly #state: DeliveryState;

  /** @internal */
  constructor(
    listener: Host,
    sessionId: string,
    connection: Connection,
    type: ConnectionType,
    defaults: Readonly<SessionOptions>,
    attempt: number,
  ) {
    super(listener, sessionId, connection, type, defaults);
    this.#state = new DeliveryState(randomInt(1, KEY_LIMIT), attempt, connection.isPoll);
  }

  override get delivery(): boolean {
    return true;
  }

  /** @internal */
  override get _queuedSize(): number {
    return this.#state.bufferSize;
  }

  /** @internal What waits for an acknowledgement only does not keep a stream from taking more. */
  override get _waitingBytes(): number {
    const connection = this._current;
    if (connection !== null && !connection.isPoll) return connection.bufferedAmount;
    return this.connected ? this._queuedSize : 0;
  }

  override unacknowledged(): number {
    return this.#state.unacknowledged;
  }

  /**
   * @internal A request must have the key. After the first request with the key, the whole window
   * applies.
   */
  override _accepts(_type: ConnectionType, request: IncomingMessage): boolean {
    const state = this.#state;
    if (!state.isOwner(placeOf(request.url ?? '')?.key)) return false;
    if (!state.is(Flag.CONFIRMED)) {
      state.set(Flag.CONFIRMED);
      this._restartGrace();
    }
    return true;
  }

  /** @internal True if a request for a connection is older than the one that there is. */
  override _isStale(request: IncomingMessage): boolean {
    const place = placeOf(request.url ?? '');
    if (place?.isProbe) return place.attempt <= this.#state.attempt;
    // Whether it is a poll is known later: see `_attach`.
    return (
      place !== null &&
      this.#state.resumption(place.attempt, place.received, true) === Resumption.STALE
    );
  }

  override _attach(connection: Connection): void {
    if (this.connections === 0) {
      super._attach(connection);
      return;
    }
    const place = placeOf(connection.request.url ?? '');
    if (this.disconnectReason !== null || place === null) {
      connection.write(encodeControl(ControlKind.UNKNOWN));
      connection.close();
    } else if (place.isProbe) {
      if (place.attempt > this.#state.attempt) PendingProbe.open(this, connection, place.attempt);
      else connection.close();
    } else {
      this._upgrade(connection, place.attempt, place.received);
    }
  }

  /** @internal The client moves to a connection, and has received so many messages. */
  _upgrade(connection: Connection, attempt: number, received: number): void {
    const state = this.#state;
    const resumption = state.resumption(attempt, received, connection.isPoll);
    if (resumption === Resumption.STALE) {
      connection.close();
      return;
    }
    const isNew = resumption === Resumption.BEGINS;
    if (isNew) {
      state.set(Flag.OWES_HEAD);
      this.listener._counters.resumes++;
    }
    state.acknowledge(received);
    state.attempt = attempt;
    state.set(Flag.POLLING, connection.isPoll);
    super._attach(connection);
  }

  override _setConnection(connection: Connection): void {
    super._setConnection(connection);
    const { type } = connection;
    if (type !== this._type) this._setType(type, policyOf(this.listener).timingsOf(type));
  }

  /** @internal Without the place: it takes memory, and contains the key. */
  override _urlOf(request: IncomingMessage): string {
    return cutPlace(request.url ?? '');
  }

  /** @internal A client that has lost its connection, or is between two polls, is asked when it is back. */
  override _drain(): void {
    const state = this.#state;
    if (this._isEnding || state.is(Flag.MUST_MOVE)) return;
    state.set(Flag.MUST_MOVE);
    const connection = this._current;
    if (connection?.isPoll) this._resume(connection);
    else if (connection) this._move(connection, '');
  }

  /** @internal A closing handshake does not end the session: a client that ends it sends `~h~e`. */
  override _onClientClose(connection: Connection): void {
    this._detach(connection);
  }

  override _greet(connection: Connection): void {
    const { window } = policyOf(this.listener);
    connection.write(
      encode(this.sessionId) + encodeControl(ControlKind.GRANT, this.#state.key, window),
    );
  }

  /** @internal Writes all that the client does not have. A poll that continues may be held instead. */
  override _resume(connection: Connection): void {
    const state = this.#state;
    const mustMove = state.is(Flag.MUST_MOVE);
    const isOwed = mustMove || state.unacknowledged > 0 || state.is(Flag.OWES_HEAD);
    if (connection.isPoll && !isOwed) return;
    state.set(Flag.OWES_HEAD, false);
    let { payload, next } = state.join(0, state.head());
    if (mustMove && next === state.unacknowledged) {
      this._move(connection, payload);
      return;
    }
    connection.write(payload);
    while (!connection.isPoll && next < state.unacknowledged && this._current === connection) {
      ({ payload, next } = state.join(next, ''));
      connection.write(payload);
    }
    if (state.is(Flag.MUST_MOVE) && !connection.isPoll && this._current === connection) {
      this._move(connection, '');
    }
  }

  override _sendMessages(payload: string, messages: number): void {
    if (this._isEnding) return;
    recordSent(this, payload, messages);
    this._keep(payload, messages);
    const state = this.#state;
    if (state.is(Flag.MOVING)) return;
    this._openLine()?.write(state.isAckDue ? state.ack() + payload : payload);
  }

  override _sendShared(broadcast: SharedPayload): void {
    if (this._isEnding) return;
    recordSent(this, broadcast.payload, broadcast.messages);
    this._keep(broadcast.payload, broadcast.messages);
    if (this.#state.is(Flag.MOVING)) return;
    const connection = this._openLine();
    if (connection !== null && this.#state.isAckDue) this._acknowledge();
    connection?.writeShared(broadcast);
  }

  /** @internal Nothing has to be put back: what was not written is kept anyway. */
  override _requeue(): void {}

  /** @internal Sends what was held back for a poll. */
  override _flush(): void {
    if (this._current !== null && this.#state.unacknowledged > 0) this._resume(this._current);
  }

  /** @internal The last payload of a session that was ended between two polls. */
  override _flushTo(connection: Connection): void {
    const { payload } = this.#state.join(0, this.#state.head());
    if (connection.write(payload + this.#state.end(true))) this._sendQueue = null;
  }

  override _onMessage(payload: string, connection?: Connection): boolean {
    const state = this.#state;
    if (connection !== undefined && connection !== this._current) {
      return PendingProbe.of(connection)?.onMessage(payload) ?? true;
    }
    // A client sends nothing before it has the key.
    state.set(Flag.CONFIRMED);
    if (!super._onMessage(payload)) return false;
    if (state.mustAcknowledge(payload.length)) this._acknowledge();
    return true;
  }

  override _onPost(payload: string | undefined, request: IncomingMessage): PostAnswer {
    const state = this.#state;
    const place = placeOf(request.url ?? '');
    if (this._isEnding || place === null) return 404;
    if (!state.isCurrent(place.attempt)) return 409;
    state.acknowledge(place.received);
    if (state.is(Flag.MOVING)) {
      const isClose = CLOSE.test(request.url ?? '');
      if (isClose) this._end('server close');
      return isClose ? state.ack() : null;
    }
    const all = this._split(payload ?? '');
    if (all === null) return 413;
    // A message that is cut off does not count. Frames cannot be cut off.
    const texts = wholeMessages(payload ?? '', all);
    let repeated = place.first === undefined ? -1 : state.repeated(place.first);
    const isNew = (text: string): boolean => text.startsWith(HEARTBEAT) || repeated-- <= 0;
    if (repeated < 0 && texts.some((text) => !text.startsWith(HEARTBEAT))) return 409;
    this._receive(texts.filter(isNew), payload?.length ?? 0);
    const answer = state.ack();
    if (!this._isEnding) this._afterPost(request);
    return answer;
  }

  override _deliver(text: string, payloadLength: number): void {
    if (text.charCodeAt(0) !== TILDE || !text.startsWith(HEARTBEAT)) {
      if (this.#state.is(Flag.MOVING)) return;
      // Raised before the handlers run: what they send may contain the count.
      this.#state.received++;
      this._emitMessage(readMessage(text, payloadLength));
      return;
    }
    const control = readControl(text);
    if (control === null) super._deliver(text, payloadLength);
    else if (control.kind === ControlKind.ASK) this._acknowledge();
    else if (control.kind === ControlKind.ACK || control.kind === ControlKind.END) {
      this.#state.acknowledge(control.n);
      const isEnd = control.kind === ControlKind.END;
      if (isEnd) this._end(this.#state.is(Flag.MOVING) ? 'server close' : 'client close');
    }
  }

  override onTimeout(): void {
    if (this.#state.is(Flag.MOVING)) {
      this._end('server close');
      return;
    }
    const state = this.#state;
    if (state.received > state.ackSent) this._acknowledge();
    state.releaseBuffer();
    super.onTimeout();
  }

  /**
   * @internal A session that the application ends between two polls waits for the next one. One that
   * must move waits for its client too: otherwise the client would not know what has arrived.
   */
  override _close(reason: DisconnectReason): void {
    const state = this.#state;
    if (reason === 'server close' && state.is(Flag.MUST_MOVE) && !this._isEnding) {
      if (!state.is(Flag.MOVING)) this._timer.start(MOVE_MS);
      state.set(Flag.MOVING, true);
      return;
    }
    const isBetweenPolls = this._current === null && state.is(Flag.POLLING);
    const isWaiting = isBetweenPolls && !state.is(Flag.MOVING) && !this._isEnding;
    const mustWait = isWaiting && state.unacknowledged > 0;
    if (mustWait) this._sendQueue = new SendQueue();
    super._close(reason);
    if (mustWait) this._restartGrace();
  }

  override _writeEnd(reason: DisconnectReason): void {
    const connection = this._current;
    const state = this.#state;
    if (connection === null || reason === 'client close' || state.is(Flag.MOVING)) return;
    const rest = connection.isPoll ? state.join(0, state.head()).payload : '';
    connection.write(rest + state.end(reason !== 'queue overflow'));
  }

  override _emitDisconnect(reason: DisconnectReason): void {
    const lost = this.#state.buffer?.toArray() ?? [];
    const messages = lost.map((payload) => readMessage(decode(payload)[0] ?? ''));
    if (messages.length > 0) emitSafely(this, 'lost', messages);
    super._emitDisconnect(reason);
  }

  override get _graceMs(): number {
    if (this.#state.is(Flag.MOVING)) return MOVE_MS;
    if (this._isEnding) return super._graceMs;
    const { window } = policyOf(this.listener);
    const kept = this.#state.is(Flag.CONFIRMED) ? window : Math.min(window, UNCONFIRMED_MS);
    return Math.max(super._graceMs, kept);
  }

  /** @internal Asks the client to continue elsewhere. `payload` precedes it. */
  _move(connection: Connection, payload: string): void {
    this.#state.set(Flag.MOVING);
    this._timer.start(MOVE_MS);
    connection.write(payload + encodeControl(MOVE) + this.#state.end(true));
  }

  /** @internal Keeps the messages of a payload until they are acknowledged. */
  _keep(payload: string, messages: number): void {
    const state = this.#state;
    if (messages === 1) state.push(payload);
    else for (const text of decode(payload)) state.push(frame(text));
    const { maxQueue, maxBuffer } = this.listener.options;
    const isTooLong = maxQueue > 0 && this._current === null && state.unacknowledged > maxQueue;
    if (isTooLong || (maxBuffer > 0 && state.exceeds(maxBuffer))) this._overflow();
  }

  /**
   * @internal The connection to write a kept message to; null if there is none, or it has been
   * written.
   */
  _openLine(): Connection | null {
    const connection = this._target;
    if (connection === null || !connection.isPoll) return connection;
    this._resume(connection);
    return null;
  }

  /** @internal Sends a count, if there is a connection that takes more than one payload. */
  _acknowledge(): void {
    const connection = this._current;
    if (connection !== null && !connection.isPoll) connection.write(this.#state.ack());
  }

  /** @internal A POST has been taken. */
  _afterPost({ url = '' }: IncomingMessage): void {
    // A page cannot read the answer to a form: the poll that is held has the count, or the next one.
    const connection = this._current;
    if (this._type.isReadableAcrossOrigins === true && connection?.isPoll !== false) {
      this.#state.set(Flag.OWES_HEAD);
      if (connection) this._resume(connection);
    }
    if (CLOSE.test(url)) this._end('client close');
  }
}
