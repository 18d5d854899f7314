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
import { placeOf } from '../../protocol/delivery/place.js';
import { decode, encode, frame, HEARTBEAT } from '../../protocol/frames.js';
import { readMessage } from '../../protocol/message.js';
import { recordSent } from '../../metrics/record.js';
import { Client } from '../client.js';
import type { Connection, ConnectionType, Host, PostAnswer } from '../connection.js';
import type { DisconnectReason } from '../state.js';
import { emitSafely } from '../events/emit.js';
import { SendQueue } from '../send-queue.js';
import type { SharedPayload } from '../shared-payload.js';
import type { SessionOptions } from '../timings.js';
import type { DeliveryPolicy } from './delivery-policy.js';
import { DeliveryState, Resumption } from './delivery-state.js';
import { PendingProbe } from './pending-probe.js';
import { isSingle } from './single-payload.js';

const TILDE = 0x7e;
/** The URL of a close request. */
const CLOSE = /\/close\/[^/]*=/;
/** How long a client may take to acknowledge what it was sent before its session moves, in milliseconds. */
const MOVE_MS = 2000;
/** Keys have at most 15 digits: 48 random bits. */
const KEY_LIMIT = 2 ** 48 - 1;
/** How long a session waits before a request has had its key, in milliseconds. */
const UNCONFIRMED_MS = 5000;
/** A payload that is made of kept messages: a client refuses longer ones than its `maxPayload`. */
const LONGEST_PAYLOAD = 256 * 1024;
/**
 * After this number of messages, or a payload of this length, an acknowledgement is sent at once.
 */
const ACK_EVERY = 16;
const ACK_LENGTH = 16 * 1024;
/** From this number of received messages on, their count precedes the next message. */
const ACK_ALONG = 8;

export class DeliveringClient extends Client {
  readonly #policy: DeliveryPolicy;
  readonly #state: DeliveryState;
  /** True if the client is to be asked to continue elsewhere, with its next connection at the latest. */
  #mustMove = false;
  /** True if it was asked: nothing more of it is taken, and it is sent nothing more. */
  #isMoving = false;

  /** @internal */
  constructor(
    listener: Host,
    sessionId: string,
    connection: Connection,
    type: ConnectionType,
    defaults: Readonly<SessionOptions>,
    policy: DeliveryPolicy,
    attempt: number,
  ) {
    super(listener, sessionId, connection, type, defaults);
    this.#policy = policy;
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
    if (!state.isConfirmed) {
      state.isConfirmed = true;
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
    state.owesHead = resumption === Resumption.BEGINS;
    if (state.owesHead) this.listener._counters.resumes++;
    state.acknowledge(received);
    state.attempt = attempt;
    state.isPolling = connection.isPoll;
    super._attach(connection);
  }

  override _setConnection(connection: Connection): void {
    super._setConnection(connection);
    const { type } = connection;
    if (type !== this._type) this._setType(type, this.#policy.timingsOf(type));
  }

  /** @internal A client that has lost its connection, or is between two polls, is asked when it is back. */
  override _drain(): void {
    if (this._isEnding || this.#mustMove) return;
    this.#mustMove = true;
    const connection = this._current;
    if (connection?.isPoll) this._resume(connection);
    else if (connection) this.#move(connection, '');
  }

  /** @internal A closing handshake does not end the session: a client that ends it sends `~h~e`. */
  override _onClientClose(connection: Connection): void {
    this._detach(connection);
  }

  override _greet(connection: Connection): void {
    const { key } = this.#state;
    connection.write(
      encode(this.sessionId) + encodeControl(ControlKind.GRANT, key, this.#policy.window),
    );
  }

  /** @internal Writes all that the client does not have. A poll that continues may be held instead. */
  override _resume(connection: Connection): void {
    const state = this.#state;
    if (connection.isPoll && !state.owesHead && state.buffer === null && !this.#mustMove) return;
    state.owesHead = false;
    let { payload, next } = this.#nextPayload(0, state.head());
    if (this.#mustMove && next === state.unacknowledged) {
      this.#move(connection, payload);
      return;
    }
    connection.write(payload);
    while (!connection.isPoll && next < state.unacknowledged && this._current === connection) {
      ({ payload, next } = this.#nextPayload(next, ''));
      connection.write(payload);
    }
    if (this.#mustMove && !connection.isPoll && this._current === connection) {
      this.#move(connection, '');
    }
  }

  override _sendPayload(payload: string): void {
    if (this._isEnding) return;
    this.#keep(payload);
    if (!this.#isMoving)
      this.#openLine()?.write(this.#isAckDue ? this.#state.ack() + payload : payload);
  }

  override _sendShared(broadcast: SharedPayload): void {
    if (this._isEnding) return;
    recordSent(this, broadcast.payload, broadcast.messages);
    this.#keep(broadcast.payload);
    if (this.#isMoving) return;
    const connection = this.#openLine();
    if (connection !== null && this.#isAckDue) this.#acknowledge();
    connection?.writeShared(broadcast);
  }

  /** @internal Nothing has to be put back: what was not written is kept anyway. */
  override _requeue(): void {}

  /** @internal Sends what was held back for a poll. */
  override _flush(): void {
    if (this._current !== null && this.#state.buffer !== null) this._resume(this._current);
  }

  /** @internal The last payload of a session that was ended between two polls. */
  override _flushTo(connection: Connection): void {
    const { payload } = this.#nextPayload(0, this.#state.head());
    if (connection.write(payload + this.#end('server disconnect'))) this._sendQueue = null;
  }

  override _onMessage(payload: string, connection?: Connection): boolean {
    const state = this.#state;
    if (connection !== undefined && connection !== this._current) {
      return PendingProbe.of(connection)?.onMessage(payload) ?? true;
    }
    // A client sends nothing before it has the key.
    state.isConfirmed = true;
    if (!super._onMessage(payload)) return false;
    const due = state.received - state.ackSent;
    if (due >= ACK_EVERY || (due > 0 && payload.length > ACK_LENGTH)) this.#acknowledge();
    return true;
  }

  override _onPost(payload: string | undefined, request: IncomingMessage): PostAnswer {
    const state = this.#state;
    const place = placeOf(request.url ?? '');
    if (this._isEnding || place === null) return 404;
    if (!state.isCurrent(place.attempt)) return 409;
    state.acknowledge(place.received);
    if (this.#isMoving) {
      const isClose = CLOSE.test(request.url ?? '');
      if (isClose) this._end('server close');
      return isClose ? state.ack() : null;
    }
    const texts = this._split(payload ?? '');
    if (texts === null) return 413;
    let repeated = place.first === undefined ? -1 : state.repeated(place.first);
    const isNew = (text: string): boolean => text.startsWith(HEARTBEAT) || repeated-- <= 0;
    if (repeated < 0 && texts.some((text) => !text.startsWith(HEARTBEAT))) return 409;
    this._receive(texts.filter(isNew), payload?.length ?? 0);
    const answer = state.ack();
    if (!this._isEnding) this.#afterPost(request);
    return answer;
  }

  override _deliver(text: string, payloadLength: number): void {
    if (text.charCodeAt(0) !== TILDE || !text.startsWith(HEARTBEAT)) {
      if (this.#isMoving) return;
      // Raised before the handlers run: what they send may contain the count.
      this.#state.received++;
      this._emitMessage(readMessage(text, payloadLength));
      return;
    }
    const control = readControl(text);
    if (control === null) super._deliver(text, payloadLength);
    else if (control.kind === ControlKind.ASK) this.#acknowledge();
    else if (control.kind === ControlKind.ACK || control.kind === ControlKind.END) {
      this.#state.acknowledge(control.n);
      const isEnd = control.kind === ControlKind.END;
      if (isEnd) this._end(this.#isMoving ? 'server close' : 'client close');
    }
  }

  /** @internal A message that is cut off does not count. */
  override _decode(payload: string, limit: number): readonly string[] {
    const texts = decode(payload, limit);
    return texts.length === 1 && isSingle(payload) ? texts : wholeMessages(payload, texts);
  }

  override onTimeout(): void {
    if (this.#isMoving) {
      this._end('server close');
      return;
    }
    const { received, ackSent } = this.#state;
    if (received > ackSent) this.#acknowledge();
    super.onTimeout();
  }

  /** @internal A session that the application ends between two polls waits for the next one. */
  override _close(reason: DisconnectReason): void {
    const { isPolling, buffer } = this.#state;
    const isWaiting = this._current === null && isPolling && !this.#isMoving;
    const mustWait = isWaiting && buffer !== null && !this._isEnding;
    if (mustWait) this._sendQueue = new SendQueue();
    super._close(reason);
    if (mustWait) this._restartGrace();
  }

  override _writeEnd(reason: DisconnectReason): void {
    const connection = this._current;
    if (connection === null || reason === 'client close' || this.#isMoving) return;
    const state = this.#state;
    if (!connection.isPoll) connection.write(this.#end(reason));
    else {
      const { payload } = this.#nextPayload(0, state.head());
      connection.write(payload + this.#end(reason));
    }
  }

  override _emitDisconnect(reason: DisconnectReason): void {
    const lost = this.#state.buffer?.toArray() ?? [];
    const messages = lost.map((payload) => readMessage(decode(payload)[0] ?? ''));
    if (messages.length > 0) emitSafely(this, 'lost', messages);
    super._emitDisconnect(reason);
  }

  override get _graceMs(): number {
    if (this.#isMoving) return MOVE_MS;
    if (this._isEnding) return super._graceMs;
    const { window } = this.#policy;
    const kept = this.#state.isConfirmed ? window : Math.min(window, UNCONFIRMED_MS);
    return Math.max(super._graceMs, kept);
  }

  /** Asks the client to continue elsewhere. `payload` precedes it. */
  #move(connection: Connection, payload: string): void {
    this.#isMoving = true;
    this._timer.start(MOVE_MS);
    connection.write(payload + encodeControl(MOVE) + this.#end('server close'));
  }

  /** Keeps the messages of a payload until they are acknowledged. */
  #keep(payload: string): void {
    const state = this.#state;
    if (isSingle(payload)) state.push(payload);
    else for (const text of decode(payload)) state.push(frame(text));
    const { maxQueue, maxBuffer } = this.listener.options;
    const isTooLong = maxQueue > 0 && this._current === null && state.unacknowledged > maxQueue;
    if (isTooLong || (maxBuffer > 0 && state.bufferSize > maxBuffer)) this._overflow();
  }

  /** The connection to write a kept message to; null if there is none, or it has been written. */
  #openLine(): Connection | null {
    const connection = this._target;
    if (connection === null || !connection.isPoll) return connection;
    this._resume(connection);
    return null;
  }

  /** True if a count must precede a message that is sent anyway. */
  get #isAckDue(): boolean {
    const { received, ackSent } = this.#state;
    return received - ackSent >= ACK_ALONG;
  }

  /** Sends a count, if there is a connection that takes more than one payload. */
  #acknowledge(): void {
    const connection = this._current;
    if (connection !== null && !connection.isPoll) connection.write(this.#state.ack());
  }

  /** Joins kept messages to a payload that the client does not refuse. */
  #nextPayload(from: number, head: string): { readonly payload: string; readonly next: number } {
    const { buffer } = this.#state;
    if (buffer === null) return { payload: head, next: from };
    const { payload, next } = buffer.join(from, LONGEST_PAYLOAD);
    return { payload: head + payload, next };
  }

  /**
   * `~h~eN:T`. After an overflow it has no T, so that the client does not treat the end as a clean
   * one.
   */
  #end(reason: DisconnectReason): string {
    const { received, sent } = this.#state;
    const total = reason === 'queue overflow' ? undefined : sent;
    return encodeControl(ControlKind.END, received, total);
  }

  #afterPost({ url = '' }: IncomingMessage): void {
    // A page cannot read the answer to a form: its next poll, which is held, has the count.
    const connection = this._current;
    if (this._type.isReadableAcrossOrigins === true && connection?.isPoll === true) {
      this.#state.owesHead = true;
      this._resume(connection);
    }
    if (CLOSE.test(url)) this._end('client close');
  }
}
