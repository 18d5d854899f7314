/**
 * What the client counts for one session with exactly-once delivery. No I/O.
 *
 * The rules are those of the server: lib/session/delivery/delivery-state.ts.
 *
 * @module
 */
import { platform } from '../platform.js';
import { cacheBuster } from '../util.js';

/** The part of the socket that is informed. */
export interface DeliveryOwner {
  _session: unknown;
  emit(name: string, args: readonly unknown[]): unknown;
}

export class Delivery {
  _owner: DeliveryOwner;
  /** The number of the latest attempt to open a connection. */
  _attempt: number;
  /** The session's id and key; undefined without a session. */
  declare _sessionId: string | undefined;
  declare _key: number | undefined;
  /** How long the server keeps the session without a connection, in milliseconds. */
  declare _window: number;
  /** The timer that ends the session when the server has dropped it. */
  declare _expiry: unknown;
  /** True if the page has sent a close request, and may still come back. */
  declare _isOver: boolean | undefined;
  /** Messages of the server that the page has been given. */
  declare _received: number;
  /** The last value of `_received` that was sent. */
  declare _ackSent: number;
  /** Messages that the application of the server is known to have been given. */
  declare _acked: number;
  /** The messages from `_acked + 1` on that have been on a wire. */
  declare _unacked: unknown[];

  constructor(owner: DeliveryOwner) {
    this._owner = owner;
    this._attempt = 0;
    this._reset();
  }

  /** The place segment of a request; see lib/protocol/delivery/place.ts. */
  _place(attempt: number): string {
    this._ackSent = this._received;
    return (
      'c=' +
      attempt +
      '&a=' +
      this._received +
      (this._key ? '&k=' + this._key : '') +
      '&s=' +
      (this._acked + 1) +
      '&t=' +
      cacheBuster()
    );
  }

  /** Drops what the server has. Returns false if the count is impossible. */
  _acknowledge(count: number): boolean {
    const known = count - this._acked;
    const isPossible = known <= this._unacked.length;
    if (isPossible && known > 0) {
      this._unacked.splice(0, known);
      this._acked = count;
    }
    return isPossible;
  }

  /** Ends the session, if there is one. */
  _end(isClean: boolean): void {
    const messages = this._unacked;
    if (!this._key) return;
    this._reset();
    this._owner._session = null;
    this._owner.emit('lost', [messages, isClean]);
  }

  _reset(): void {
    platform.clearTimeout(this._expiry);
    this._sessionId = this._key = this._expiry = undefined;
    this._isOver = false;
    this._received = this._ackSent = this._acked = 0;
    this._unacked = [];
  }
}
