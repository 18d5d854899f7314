/**
 * What a client is sent: from the payload to the connection, or through the queue.
 *
 * A payload is written to the connection if there is one, otherwise it is queued. The next
 * connection gets the queue as one payload. While the queue is not empty, later payloads are added
 * to it, so their order is kept. Payloads that a connection can no longer write are put back at the
 * head of the queue: all of them are older than the queued ones.
 *
 * @module
 */
import { recordSent } from '../metrics/record.js';
import { ClientInfo } from './client-info.js';
import type { Connection } from './connection.js';
import type { DisconnectReason } from './state.js';
import { HeldBytes } from './held-bytes.js';
import { SendQueue } from './send-queue.js';
import type { SharedPayload } from './shared-payload.js';

/** The outgoing half of a session. Use `Client`, which extends it. */
export abstract class ClientOutput extends ClientInfo {
  /** @internal The connection to write to. */ _current: Connection | null = null;
  /** @internal What waits for a connection. */ _sendQueue: SendQueue | null = null;
  /** @internal */ _held: HeldBytes | null = null;
  #isCorked = false;
  #isOverflowing = false;

  /** @internal True if the session takes no more payloads. */
  abstract get _isEnding(): boolean;

  /** @internal Ends the session at once. */
  abstract _end(reason: DisconnectReason): void;

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

  /** @internal The number of bytes that wait for the client, also in its connection. */
  get _waitingBytes(): number {
    return this._queuedSize + this._heldSize + (this._current?.socket.writableLength ?? 0);
  }

  /** @internal Sends a payload of the application that has so many messages. */
  _sendMessages(payload: string, messages: number): void {
    if (!this._isEnding) recordSent(this, payload, messages);
    this._sendPayload(payload);
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
  }
}
