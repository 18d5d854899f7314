/**
 * Sends payloads to a client, over its connection or through the queue.
 *
 * A payload is written to the connection if there is one, otherwise it is queued. The next
 * connection gets the queue as one payload. While the queue is not empty, later payloads are added
 * to it, so their order is kept. Payloads that a connection can no longer write are put back at the
 * head of the queue: all of them are older than the queued ones.
 *
 * @module
 */
import { recordSent } from '../metrics/record.js';
import { ClientInfo, setOwn } from './client-info.js';
import type { Connection } from './connection.js';
import { DrainWatch } from './flow/drain-watch.js';
import { VolatileSender } from './flow/volatile-sender.js';
import type { DisconnectReason } from './state.js';
import { HeldBytes } from './held-bytes.js';
import { SendQueue } from './send-queue.js';
import type { SharedPayload } from './shared-payload.js';

/** The outgoing half of a session. Use `Client`, which extends it. */
export abstract class ClientOutput extends ClientInfo {
  /** @internal The connection to write to. */ _current: Connection | null = null;
  /** @internal What waits for a connection. */ _sendQueue: SendQueue | null = null;
  /** @internal */ _held: HeldBytes | null = null;
  /** @internal Emits `drain`; null unless the application has read that too much waits. */
  _drainWatch: DrainWatch | null = null;
  #isCorked = false;
  #isOverflowing = false;

  /** @internal True if the session takes no more payloads. */
  abstract get _isEnding(): boolean;

  /** @internal Ends the session at once. */
  abstract _end(reason: DisconnectReason): void;

  /**
   * The number of bytes that wait for the client: in the queue, in its connection, and in answers
   * to polls that it has not read. Messages of this turn of the event loop count with their length
   * in UTF-16 code units. With `delivery`, unacknowledged messages count only while there is no
   * stream.
   *
   * @example if (client.bufferedAmount > 1e6) client.disconnect();
   */
  get bufferedAmount(): number {
    const amount = this._waitingBytes;
    if (this._isFull) this.#awaitDrain();
    return amount;
  }

  /** Applications of 0.6 may have properties of their own by these names. */
  set bufferedAmount(value: number) {
    setOwn(this, 'bufferedAmount', value);
  }

  /**
   * True if less than `highWaterMark` waits for the client, also between two polls. Messages can
   * also be sent while it is false: then they take more memory, up to `maxBuffer`. After it was
   * read as false, `drain` is emitted when it is true again, unless the session ends.
   *
   * @example
   * for (const row of rows) {
   *   if (!client.writable) await once(client, 'drain');
   *   client.send(row);
   * }
   */
  get writable(): boolean {
    if (!this.connected || this._isEnding || this.#isOverflowing) return false;
    if (!this._isFull) return true;
    this.#awaitDrain();
    return false;
  }

  set writable(value: boolean) {
    setOwn(this, 'writable', value);
  }

  /** Sends messages that are dropped if they would have to wait, as in Socket.IO 4. */
  get volatile(): VolatileSender {
    return new VolatileSender(this);
  }

  set volatile(value: VolatileSender) {
    setOwn(this, 'volatile', value);
  }

  /** @internal True if as much waits as `highWaterMark` allows, or more. */
  get _isFull(): boolean {
    const { highWaterMark } = this.listener.options;
    return highWaterMark > 0 && this._waitingBytes >= highWaterMark;
  }

  /** @internal True if volatile messages can be sent now; otherwise counts them as dropped. */
  _takesVolatile(messages: number): boolean {
    const isTaken =
      this._current !== null && !this._isEnding && !this.#isOverflowing && !this._isFull;
    if (!isTaken) this.listener._counters.messagesDropped += messages;
    return isTaken;
  }

  /** @internal A volatile broadcast. */
  _sendVolatileShared(broadcast: SharedPayload): void {
    if (this._takesVolatile(broadcast.messages)) this._sendShared(broadcast);
  }

  /** @internal */
  override _setConnection(connection: Connection): void {
    super._setConnection(connection);
    this._drainWatch?.schedule();
  }

  /** @internal The number of bytes that wait for a connection. */
  get _queuedSize(): number {
    return this._sendQueue?.bytes ?? 0;
  }

  /** @internal True if the session ends in a later turn, because more waits than is allowed. */
  get _isOverflowing(): boolean {
    return this.#isOverflowing;
  }

  /** @internal What the server holds for the session outside of its queue. */
  get _heldBytes(): HeldBytes {
    return (this._held ??= new HeldBytes());
  }

  /** @internal The number of these bytes. */
  get _heldSize(): number {
    return this._held?.size ?? 0;
  }

  /** @internal The same as `bufferedAmount`. */
  get _waitingBytes(): number {
    const unread = this._held?.unsent ?? 0;
    return this._queuedSize + unread + (this._current?.bufferedAmount ?? 0);
  }

  /** @internal Sends a payload of the application that has so many messages. */
  _sendMessages(payload: string, messages: number): void {
    if (!this._isEnding) recordSent(this, payload, messages);
    this._sendPayload(payload);
  }

  /** @internal Ends the session once its queue is delivered. */
  abstract _close(reason: DisconnectReason): void;

  /** @internal The server is about to end: the client continues with another one. */
  _drain(): void {
    this._close('server close');
  }

  /** @internal Writes a payload, or queues it. */
  _sendPayload(payload: string): void {
    if (!this._target?.write(payload)) this._enqueue(payload);
  }

  /** @internal A broadcast of the Listener. */
  _sendShared(broadcast: SharedPayload): void {
    if (!this._isEnding) recordSent(this, broadcast.payload, broadcast.messages);
    if (!this._target?.writeShared(broadcast)) this._enqueue(broadcast.payload);
  }

  /**
   * @internal `connection` has taken these payloads and can no longer write them. They are older
   * than anything in the queue.
   */
  _requeue(payloads: readonly string[], connection: Connection): void {
    if (this.#isOverflowing) return;
    (this._sendQueue ??= this._createQueue()).unshift(payloads);
    this._limitQueue();
    if (this._current !== connection) this._flush();
  }

  /**
   * @internal More waits for the client than the limits allow. The session ends in a later turn:
   * a `disconnect` handler may broadcast and overflow the next client, and this recursion could
   * overflow the stack.
   */
  _overflow(): void {
    if (this.#isOverflowing) return;
    this.#isOverflowing = true;
    this._sendQueue = null;
    process.nextTick(() => this._end('queue overflow'));
  }

  /** @internal The connection to write to; null if payloads must be queued. */
  get _target(): Connection | null {
    return this.#isCorked || this._sendQueue !== null ? null : this._current;
  }

  /** @internal Makes the queue when the first payload has to wait. */
  _createQueue(): SendQueue {
    return new SendQueue();
  }

  /** @internal Writes all that has waited. Returns false if the connection has not taken it. */
  _writeAll(queue: SendQueue, connection: Connection): boolean {
    return connection.write(queue.join());
  }

  /** @internal Adds a payload to the queue. */
  _enqueue(payload: string): void {
    if (this._isEnding || this.#isOverflowing) return;
    (this._sendQueue ??= this._createQueue()).push(payload);
    this._limitQueue();
  }

  /** @internal Ends the session if the queue exceeds its limits. */
  _limitQueue(): void {
    const { maxQueue, maxBuffer } = this.listener.options;
    const queue = this._sendQueue as SendQueue;
    const isTooLong = maxQueue > 0 && queue.length > maxQueue;
    if (isTooLong || (maxBuffer > 0 && queue.exceeds(maxBuffer))) this._overflow();
  }

  /** @internal Holds payloads until {@link _uncork}, if the connection can take only one. */
  _cork(): void {
    this.#isCorked = this._current?.cork() === true;
  }

  /** @internal Sends what was held. */
  _uncork(): void {
    if (!this.#isCorked) return;
    this.#isCorked = false;
    this._flush();
  }

  /** @internal Sends the queue to the connection; without one, or if it fails, the queue is kept. */
  _flush(): void {
    if (this._current !== null) this._flushTo(this._current);
  }

  /** @internal */
  _flushTo(connection: Connection): void {
    const queue = this._sendQueue;
    if (queue === null) return;
    this._sendQueue = null;
    if (!this._writeAll(queue, connection)) this._sendQueue = queue;
    else this._drainWatch?.schedule();
  }

  #awaitDrain(): void {
    if (this._drainWatch !== null || !this.connected || this._isEnding) return;
    this._heldBytes.onRelease = () => this._drainWatch?.schedule();
    this._drainWatch = new DrainWatch(this);
  }
}
