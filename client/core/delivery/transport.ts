/**
 * Exactly-once delivery over any transport: a subclass that counts.
 *
 * The place of the client is in the URL of each request. The first message of the server on a
 * connection says what the server has; until then nothing is sent. A session of a server without
 * delivery is served as in 2011.
 *
 * @module
 */
import {
  ControlKind,
  controlText,
  readControl,
  type Control,
} from '../../../lib/protocol/delivery/control.js';
import { wholeMessages } from '../../../lib/protocol/delivery/whole-messages.js';
import { HEARTBEAT } from '../../../lib/protocol/frames.js';
import type { Base, Transport, TransportOptions } from '../transport.js';
import type { Delivery } from './delivery.js';

/** So many messages, or one payload of this length, are acknowledged at once. */
const ACK_EVERY = 16;
const ACK_LENGTH = 16384;

/** What a transport needs of its socket. */
export interface DeliveryBase extends Base {
  options: Base['options'] & { connectTimeout: number };
  _delivery: Delivery;
  delivery: boolean;
  recovered: boolean;
}

/** A transport without abstract methods. */
export interface ConcreteTransport extends Transport {
  connect(): this;
  send(data: unknown): this;
}

export type TypeOf<T> = new (base: never, options?: TransportOptions) => T;

/** A transport that counts. */
export interface CountingTransport extends ConcreteTransport {
  base: DeliveryBase;
  /** True if its session is one without delivery. */
  _isPlain: unknown;
  /** The number of the attempt. */
  _attempt: number;
  /** Sends what is in doubt, over a connection that the server has just accepted. */
  _resend(): void;
  /** Sends the count of received messages, unless a request has it anyway. */
  _sendAck(): void;
  /** Called when the server has acknowledged messages. */
  _settle(): void;
  /** Ends the session: it is over, or what the server says is impossible. */
  _fail(isClean?: boolean): void;
}

/** A text that the codec does not escape, because it is an object. */
export function rawText(text: string): unknown {
  return Object(text);
}

/** True for an echo of a heartbeat, which the core sends like a message. */
export function isEcho(data: unknown): boolean {
  // oxlint-disable-next-line unicorn/no-instanceof-builtins -- it is made by this client
  return data instanceof String && data.slice(0, 3) === HEARTBEAT;
}

/** Adds the counts of received messages, and the control messages of the server. */
export function withCounts<T extends ConcreteTransport>(
  Plain: TypeOf<T>,
): TypeOf<T & CountingTransport> {
  const Type = Plain as unknown as TypeOf<ConcreteTransport>;
  return class Counting extends Type {
    declare base: DeliveryBase;
    declare _isPlain: unknown;
    declare _attempt: number;
    /** The number of the next message on this connection. */
    declare _next: number;

    override connect(): this {
      const delivery = this.base._delivery;
      // A session that the server has not granted delivery for is resumed as in 2011.
      this._isPlain = this.sessionid && this.sessionid !== delivery._sessionId;
      if (!this._isPlain) {
        this.sessionid = delivery._sessionId;
        this._attempt = ++delivery._attempt;
      }
      return super.connect();
    }

    /** A connection counts as open when the server has said what it has: see `_up`. */
    override onConnect(): void {
      if (this._isPlain) super.onConnect();
    }

    /** A message that is cut off does not count. */
    override decode(payload: string): string[] {
      const texts = super.decode(payload);
      return this._isPlain ? texts : (wholeMessages(payload, texts) as string[]);
    }

    override onData(payload: string): void {
      const delivery = this.base._delivery;
      super.onData(payload);
      if (this._isClosed || this._isPlain) return;
      if (this.connected) {
        const due = delivery._received - delivery._ackSent;
        if (due >= ACK_EVERY || (due && payload.length > ACK_LENGTH)) this._sendAck();
      } else if (this.sessionid && !delivery._key) this._goPlain();
    }

    override onMessage(text: string): void {
      const delivery = this.base._delivery;
      if (!this._isPlain && this.sessionid) {
        const control = readControl(text);
        if (control) return this._onControl(control);
        if (!delivery._key) this._goPlain();
        else if (text.slice(0, 3) !== HEARTBEAT) {
          if (!this.connected) return this._fail();
          // Each connection counts for itself, from the number that its first message says.
          if (this._next++ <= delivery._received) return;
          // Raised before the handlers run: what they send may contain the count.
          delivery._received++;
        }
      }
      super.onMessage(text);
    }

    _onControl({ kind, n, m }: Control): void {
      const delivery = this.base._delivery;
      if (kind === ControlKind.GRANT && !delivery._key) {
        delivery._sessionId = this.sessionid!;
        delivery._key = n;
        delivery._window = m;
        this._next = 1;
        this._up(false);
      }
      if (kind === ControlKind.ACK) {
        if (!delivery._acknowledge(n) || m > delivery._received) return this._fail();
        if (m >= 0) this._next = m + 1;
        if (m >= 0 && !this.connected) this._up(true);
        this._settle();
      }
      if (kind === ControlKind.ASK) this._sendAck();
      if (kind === ControlKind.UNKNOWN) this._fail();
      if (kind === ControlKind.END) {
        delivery._acknowledge(n);
        this._fail(m === delivery._received);
      }
    }

    /** The server accepts the connection. */
    _up(isRecovered: boolean): void {
      const base = this.base;
      base.delivery = true;
      base.recovered = isRecovered;
      this._resend();
      super.onConnect();
      this._settle();
    }

    _fail(isClean?: boolean): void {
      this.base._delivery._end(!!isClean);
      this.onDisconnect();
    }

    /** The server has not granted delivery. */
    _goPlain(): void {
      this._isPlain = true;
      this.base.delivery = this.base.recovered = false;
      super.onConnect();
    }

    _resend(): void {}

    _sendAck(): void {}

    _settle(): void {}
  } as unknown as TypeOf<T & CountingTransport>;
}

/** The text of a count. */
export function ackText(delivery: Delivery, kind: string = ControlKind.ACK): unknown {
  delivery._ackSent = delivery._received;
  return rawText(controlText(kind, delivery._received));
}
