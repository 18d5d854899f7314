/**
 * Exactly-once delivery over any transport: a subclass that counts.
 *
 * The place of the client is in the URL of each request. The first message of the server on a
 * connection contains the number of messages that the server has; until then nothing is sent. If a
 * server does not grant delivery, the transport becomes a plain one.
 *
 * @module
 */
import { frame, HEARTBEAT } from '../../../lib/protocol/frames.js';
import { CloseKind, type Transport, type TransportOptions } from '../transport.js';
import type { Socket } from './socket.js';

/**
 * A heartbeat, or a control message of lib/protocol/delivery/control.ts: `~h~`, its letter, and its
 * two numbers.
 */
const CONTROL = /^~h~([a-z]?)(\d*):?(\d*)$/;
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
  _attempt: number;
  /** Sends what is in doubt, over a connection that the server has just accepted. */
  _resend(): void;
  /** Sends the count of received messages, unless a request has it anyway. */
  _sendAck(): void;
  /** Called when the server has acknowledged messages, or has accepted the connection. */
  _settle(): void;
  /** Notifies the server that the session ends. Returns how the connection is closed then. */
  _leave(kind: CloseKind): CloseKind;
  /** Ends the session: it is over, or a count of the server is impossible. */
  _fail(isClean?: boolean): void;
}

/** True for an echo of a heartbeat, which the core sends like a message. */
export function isEcho(data: unknown): boolean {
  // oxlint-disable-next-line unicorn/no-instanceof-builtins -- it is made by this client
  return data instanceof String && data.slice(0, 3) === HEARTBEAT;
}

/**
 * A control message with the count of received messages: an acknowledgement, `a`, the end, `e`, or
 * the request to move to a probe, `u`. The codec does not escape an object.
 */
export function countText(base: Socket, kind: 'a' | 'e' | 'u'): unknown {
  return Object(HEARTBEAT + kind + (base._ackSent = base._received));
}

/** Adds the counts of received messages, and the control messages of the server. */
export function withCounts<T extends ConcreteTransport>(
  Plain: TypeOf<T>,
): TypeOf<T & CountingTransport> {
  const Type = Plain as unknown as TypeOf<ConcreteTransport & CountingTransport>;
  return class Counting extends Type {
    declare base: Socket;
    /** The number of the attempt that has opened this connection. */
    declare _attempt: number;
    /** The number of the next message on this connection. */
    declare _next: number;

    override connect(): this {
      const base = this.base;
      // A session that the server has not granted delivery for is resumed as in 2011.
      if (this.sessionid && !base._key) base._makePlain(this, Type);
      else {
        this._attempt = ++base._attempts;
        // Without an id, the connection is opened by its GET: see `prepareUrl`.
        this.sessionid = null;
      }
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
      const texts = super.decode(payload);
      const last = frame(texts[texts.length - 1] || '');
      if (payload.slice(-last.length) !== last) texts.pop();
      return texts;
    }

    override onData(payload: string): void {
      const base = this.base;
      super.onData(payload);
      if (this._isClosed) return;
      if (this.connected) {
        if (base._received - base._ackSent >= ACK_EVERY) this._sendAck();
      } else if (base._key) this.onDisconnect();
      else if (this.sessionid) {
        base._makePlain(this, Type);
        this.onConnect();
      }
    }

    override onMessage(text: string): void {
      const base = this.base;
      const [, kind, count, second] = CONTROL.exec(text) || [];
      if (!this.sessionid) super.onMessage(text);
      else if (!base._key && kind !== 'd') {
        base._makePlain(this, Type);
        this.onMessage(text);
      } else if (kind === undefined) {
        if (!this.connected) this._fail();
        // The messages of a connection are numbered from the number in its first message on.
        else if (this._next++ > base._received) {
          // Raised before the handlers run: what they send may contain the count.
          base._received++;
          super.onMessage(text);
        }
      } else if (kind === 'd') {
        base._sessionId = this.sessionid;
        base._key = count;
        base._window = +second!;
        this._up(1);
      } else if (kind === 'a') {
        if (!base._acknowledge(+count!) || +second! > base._received) this._fail();
        else {
          if (second) this._up(+second + 1, true);
          this._settle();
        }
      } else if (kind === 'e') {
        base._acknowledge(+count!);
        this._fail(second === '' + base._received);
      } else if (kind === 'x') this._fail();
      else if (!kind) this.onHeartbeat(count!);
    }

    /** The server accepts the connection, or repeats the number of its next message. */
    _up(next: number, isRecovered?: boolean): void {
      const base = this.base;
      this._next = next;
      if (this.connected) return;
      base.delivery = true;
      base.recovered = !!isRecovered;
      this._resend();
      super.onConnect();
      base._probeLater(this);
      this._settle();
    }

    override _resend(): void {}
    override _settle(): void {}

    override _fail(isClean?: boolean): void {
      this.base._endSession(!!isClean);
      this.onDisconnect();
    }

    override _close(kind: CloseKind): void {
      const isLeaving = kind && this.connected;
      super._close(isLeaving ? this._leave(kind) : kind);
      if (isLeaving && kind === CloseKind.LOCAL) this.base._endSession(true);
    }
  } as unknown as TypeOf<T & CountingTransport>;
}
