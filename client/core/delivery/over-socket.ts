/** Exactly-once delivery over a WebSocket, or another transport with frames. @module */
import type { WebSocketLike } from '../platform.js';
import type { CloseKind } from '../transport.js';
import { later } from '../util.js';
import {
  type ConcreteTransport,
  countText,
  type CountingTransport,
  isEcho,
  type TypeOf,
  withCounts,
} from './transport.js';

/** `WebSocket.OPEN` */
const OPEN = 1;
/** From this number of received messages on, their count precedes the next message. */
const ACK_ALONG = 8;
/** How long after a message the client requests an acknowledgement, in milliseconds. */
const ASK_DELAY_MS = 1000;
/** The server's answer to a probe. */
const PROBED = '~m~4~m~~h~p';

interface SocketTransport extends ConcreteTransport {
  socket?: WebSocketLike | undefined;
}

/** The same transport with exactly-once delivery. */
export function overSocket<T extends SocketTransport>(Plain: TypeOf<T>): TypeOf<T> {
  const Type = withCounts(Plain) as unknown as TypeOf<SocketTransport & CountingTransport>;
  return class DeliveringSocket extends Type {
    /** The timer after which an acknowledgement is requested. */
    declare _asking: unknown;

    override prepareUrl(): string {
      // A request without a session id has two slashes after its transport: servers of 2011
      // ignore what follows them.
      return super.prepareUrl() + '/' + this.base._place(this);
    }

    /** A probe has one message: then the session moves to it. */
    override onData(payload: string): void {
      const base = this.base;
      if (base._probe !== this) super.onData(payload);
      else if (payload !== PROBED) this.onDisconnect();
      else {
        base._fallback = base.transport!.type;
        base._switchTo(this);
        super.send(countText(base, 'u'));
      }
    }

    override send(data: unknown): this {
      const base = this.base;
      const messages = ([] as unknown[]).concat(data);
      if (!this.connected || (this.socket && this.socket.readyState !== OPEN)) base.queue(data);
      else {
        const echoes = isEcho(data);
        if (!echoes) base._unacked = base._unacked.concat(messages);
        if (echoes || base._received - base._ackSent >= ACK_ALONG)
          messages.unshift(countText(base, 'a'));
        super.send(messages);
        this._ask();
      }
      return this;
    }

    /** Requests an acknowledgement after a second, unless nothing is in doubt any more. */
    _ask(): void {
      if (!this._asking) {
        this._asking = later(() => {
          this._asking = 0;
          if (this.connected && this.base._unacked.length) {
            super.send(Object('~h~r'));
          }
        }, ASK_DELAY_MS);
      }
    }

    override _sendAck(): void {
      super.send(countText(this.base, 'a'));
    }

    override _resend(): void {
      const unacked = this.base._unacked;
      if (unacked.length) super.send(unacked.concat());
      this._ask();
    }

    override _leave(kind: CloseKind): CloseKind {
      super.send(countText(this.base, 'e'));
      return kind;
    }
  } as unknown as TypeOf<T>;
}
