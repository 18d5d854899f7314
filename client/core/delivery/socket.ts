/**
 * A `Socket` with the option `delivery`, and the counts of its session.
 *
 * The rules are those of the server: lib/session/delivery/delivery-state.ts.
 *
 * @module
 */
import type { FullSocketOptions, SocketOptions as PlainOptions } from '../options.js';
import { Socket as PlainSocket } from '../socket.js';
import { type Transport, transports } from '../transport.js';
import { cacheBuster, inherit } from '../util.js';
import { withDelivery } from './index.js';
import type { TypeOf } from './transport.js';

/** The options of a `Socket` that can have delivery. */
export interface SocketOptions extends PlainOptions {
  /**
   * Whether every message arrives exactly once, and in order, in both directions, also across
   * reconnects. The server must have the same option: see `socket.delivery`.
   *
   * @default false
   */
  delivery?: boolean;
}

export class Socket extends PlainSocket {
  declare options: FullSocketOptions & { delivery?: boolean };
  /** True once the server has granted exactly-once delivery. */
  declare delivery: boolean;
  /** At `connect`: true if the session continues, and nothing is missing. */
  declare recovered: boolean;

  /** The number of attempts to open a connection so far. */
  _attempts: number;
  /** The session's id and key; undefined without a session. */
  declare _sessionId: string | undefined;
  declare _key: string | undefined;
  /** How long the server keeps the session without a connection, in milliseconds. */
  declare _window: number | undefined;
  /** Messages of the server that the page has been given. */
  declare _received: number;
  /** The last value of `_received` that was sent. */
  declare _ackSent: number;
  /** Messages that the application of the server is known to have been given. */
  declare _acked: number;
  /** The messages from `_acked + 1` on that have been on a wire. */
  declare _unacked: unknown[];

  constructor(host?: string | null, options?: SocketOptions) {
    super(host, options);
    this._attempts = 0;
    this._forget();
  }

  /**
   * The number of values given to `send` that the application of the server is not known to have
   * received, waiting ones included.
   */
  unacknowledged(): number {
    return this._unacked.length + this.queueStack.length;
  }

  override getTransport(names?: readonly string[]): Transport | null {
    const plain = super.getTransport(names);
    return plain && this.options.delivery
      ? new (withDelivery(transports[plain.type]! as never))(this as never, plain.options)
      : plain;
  }

  override send(data: unknown): this {
    if (this.transport) this.transport.encode(data); // a value that has no JSON must not be counted
    return super.send(data);
  }

  override disconnect(soft?: boolean): this {
    super.disconnect(soft);
    if (!soft) this._endSession(true);
    return this;
  }

  override _start(): void {
    // The server has dropped the session by then, also if it detected the loss of the connection
    // later.
    if (+new Date() > this._resumeUntil + this._window!) this._endSession(false);
    super._start();
  }

  override _probeSession(attempt: Transport): unknown {
    return this._key ? 0 : super._probeSession(attempt);
  }

  override _suspend(): void {
    super._suspend();
    this._window = -Infinity; // the server has ended the session
  }

  /** The place segment of a request; see lib/protocol/delivery/place.ts. */
  _place(): string {
    return (
      'c=' +
      this._attempts +
      '&a=' +
      (this._ackSent = this._received) +
      '&k=' +
      (this._key || '') +
      '&s=' +
      (this._acked + 1) +
      '&t=' +
      cacheBuster()
    );
  }

  /** Drops what the server has. Returns false if the count is impossible. */
  _acknowledge(count: number): boolean {
    const known = count - this._acked;
    if (known > 0) this._acked += this._unacked.splice(0, known).length;
    return count <= this._acked;
  }

  /** Ends the session, if there is one. */
  _endSession(isClean: boolean): void {
    const messages = this._unacked;
    if (!this._key) return;
    this._forget();
    this._session = null;
    this.emit('lost', [messages, isClean]);
  }

  _forget(): void {
    this.delivery = this.recovered = false;
    this._sessionId = this._key = this._window = undefined;
    this._received = this._ackSent = this._acked = 0;
    this._unacked = [];
  }

  /** Turns a transport into one without delivery. */
  _makePlain(transport: Transport, Type: TypeOf<Transport>): void {
    inherit({ prototype: transport }, Type);
  }
}
