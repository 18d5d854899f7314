/** A `Socket` with the option `delivery`. @module */
import { encode } from '../../../lib/protocol/frames.js';
import { Socket as PlainSocket } from '../socket.js';
import { type Transport, transports } from '../transport.js';
import { later } from '../util.js';
import { platform } from '../platform.js';
import type { FullSocketOptions, SocketOptions as PlainOptions } from '../options.js';
import { Delivery } from './delivery.js';
import { withDelivery } from './index.js';

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
  declare _delivery: Delivery | undefined;

  constructor(host?: string | null, options?: SocketOptions) {
    super(host, options);
    if (this.options.delivery) this._delivery = new Delivery(this);
  }

  /**
   * The number of values given to `send` that the application of the server is not known to have
   * received, waiting ones included.
   */
  unacknowledged(): number {
    const delivery = this._delivery;
    return this.queueStack.length + (delivery ? delivery._unacked.length : 0);
  }

  override getTransport(names?: readonly string[]): Transport | null {
    const plain = super.getTransport(names);
    if (!plain || !this._delivery) return plain;
    const Type = withDelivery(transports[plain.type]! as never);
    return new Type(this as never, this.options.transportOptions[plain.type]);
  }

  override send(data: unknown): this {
    if (this._delivery) encode(data); // a value that has no JSON must not be counted
    return super.send(data);
  }

  override disconnect(soft?: boolean): this {
    const delivery = this._delivery;
    super.disconnect(soft);
    if (!soft && delivery) delivery._end(true);
    return this;
  }

  override onConnect(): void {
    const delivery = this._delivery;
    if (delivery) {
      platform.clearTimeout(delivery._expiry);
      delivery._expiry = undefined;
    }
    super.onConnect();
  }

  override onDisconnect(): void {
    const delivery = this._delivery;
    super.onDisconnect();
    if (delivery && delivery._key && !this.connected && !delivery._expiry) {
      // The server has dropped the session by then, also if it noticed the loss later.
      delivery._expiry = later(() => {
        delivery._end(false);
        if (this.connecting) this.transport!.onDisconnect();
      }, delivery._window + this.options.connectTimeout);
    }
  }

  override _start(): void {
    const delivery = this._delivery;
    if (delivery && delivery._isOver) delivery._end(true);
    super._start();
  }

  override _probeSession(attempt: Transport): unknown {
    const delivery = this._delivery;
    return delivery && delivery._key ? false : super._probeSession(attempt);
  }

  override _suspend(): void {
    const delivery = this._delivery;
    super._suspend();
    if (delivery) delivery._isOver = !!delivery._key;
  }
}

Socket.prototype.delivery = Socket.prototype.recovered = false;
