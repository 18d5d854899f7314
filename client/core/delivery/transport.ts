/**
 * Exactly-once delivery over any transport: a subclass that counts.
 *
 * The place of the client is in the URL of each request. The first message of the server on a
 * connection contains the number of messages that the server has; until then nothing is sent. If a
 * server does not grant delivery, the transport becomes a plain one.
 *
 * @module
 */
import { ControlKind, controlText, readControl } from '../../../lib/protocol/delivery/control.js';
import { wholeMessages } from '../../../lib/protocol/delivery/whole-messages.js';
import { HEARTBEAT } from '../../../lib/protocol/frames.js';
import type { Transport, TransportOptions } from '../transport.js';
import type { Socket } from './socket.js';

/** From this number of received messages on, they are acknowledged at once. */
const ACK_EVERY = 16;

/** A transport without abstract methods. */
export interface ConcreteTransport extends Transport {
  connect(): this;
  send(data: unknown): this;
}

export type TypeOf<T> = new (base: never, options?: TransportOptions) => T;

/** A transport that counts. */
export interface CountingTransport extends ConcreteTransport {
  base: Socket;
  /** The number of the attempt. */
  _attempt: number;
  /** Sends what is in doubt, over a connection that the server has just accepted. */
  _resend(): void;
  /** Sends the count of received messages, unless a request has it anyway. */
  _sendAck(): void;
  /** Called when the server has acknowledged messages, or has accepted the connection. */
  _settle(): void;
  /** Ends the session: it is over, or a count of the server is impossible. */
  _fail(isClean?: boolean): void;
}

/** True for an echo of a heartbeat, which the core sends like a message. */
export function isEcho(data: unknown): boolean {
  // oxlint-disable-next-line unicorn/no-instanceof-builtins -- it is made by this client
  return data instanceof String && data.slice(0, 3) === HEARTBEAT;
}

/** A control message with the count of received messages. The codec does not escape an object. */
export function ackText(base: Socket, kind: string = ControlKind.ACK): unknown {
  return Object(controlText(kind, (base._ackSent = base._received)));
}

/** Adds the counts of received messages, and the control messages of the server. */
export function withCounts<T extends ConcreteTransport>(
  Plain: TypeOf<T>,
): TypeOf<T & CountingTransport> {
  const Type = Plain as unknown as TypeOf<ConcreteTransport>;
  return class Counting extends Type {
    declare base: Socket;
    declare _attempt: number;
    /** The number of the next message on this connection. */
    declare _next: number;

    override connect(): this {
      const base = this.base;
      if (this.sessionid && !base._key) {
        // A session that the server has not granted delivery for is resumed as in 2011.
        base._makePlain(this, Type);
        return this.connect();
      }
      this._attempt = ++base._attempts;
      // Without an id, the connection is opened by its GET: see `prepareUrl`.
      this.sessionid = null;
      return super.connect();
    }

    override prepareUrl(): string {
      this.sessionid = this.base._sessionId;
      return super.prepareUrl();
    }

    /** A connection counts as open when the server has sent its count: see `_up`. */
    override onConnect(): void {}

    /** A message that is cut off does not count. */
    override decode(payload: string): string[] {
      return wholeMessages(payload, super.decode(payload));
    }

    override onData(payload: string): void {
      const base = this.base;
      super.onData(payload);
      if (this._isClosed) return;
      if (this.connected) {
        if (base._received - base._ackSent >= ACK_EVERY) this._sendAck();
      } else if (base._key) this.onDisconnect();
      else if (this.sessionid) this._goPlain();
    }

    override onMessage(text: string): void {
      const base = this.base;
      const control = readControl(text);
      if (!this.sessionid) super.onMessage(text);
      else if (control) this._onControl(control.kind, control.n, control.m);
      else if (!base._key) {
        this._goPlain();
        this.onMessage(text);
      } else if (text.slice(0, 3) === HEARTBEAT) super.onMessage(text);
      else if (!this.connected) this._fail();
      // The messages of a connection are numbered from the number in its first message on.
      else if (this._next++ > base._received) {
        // Raised before the handlers run: what they send may contain the count.
        base._received++;
        super.onMessage(text);
      }
    }

    _onControl(kind: string, n: number, m: number): void {
      const base = this.base;
      if (kind === ControlKind.GRANT && !base._key) {
        base._sessionId = this.sessionid!;
        base._key = n;
        base._window = m;
        this._up(0);
      } else if (kind === ControlKind.ACK) {
        if (!base._acknowledge(n) || m > base._received) this._fail();
        else if (m >= 0 && !this.connected) this._up(m, true);
        else {
          if (m >= 0) this._next = m + 1;
          this._settle();
        }
      } else if (kind === ControlKind.END) {
        base._acknowledge(n);
        this._fail(m === base._received);
      } else if (kind === ControlKind.UNKNOWN) this._fail();
    }

    /** The server accepts the connection; its next message follows the message `sent`. */
    _up(sent: number, isRecovered: boolean = false): void {
      const base = this.base;
      this._next = sent + 1;
      base.delivery = true;
      base.recovered = isRecovered;
      this._resend();
      super.onConnect();
      this._settle();
    }

    _fail(isClean?: boolean): void {
      this.base._endSession(!!isClean);
      this.onDisconnect();
    }

    /** The server has not granted delivery. */
    _goPlain(): void {
      this.base._makePlain(this, Type);
      this.base.delivery = this.base.recovered = false;
      this.onConnect();
    }

    _resend(): void {}

    _sendAck(): void {}

    _settle(): void {}
  } as unknown as TypeOf<T & CountingTransport>;
}
