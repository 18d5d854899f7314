/** Exactly-once delivery over a WebSocket, or another transport with frames. @module */
import { ControlKind, controlText } from '../../../lib/protocol/delivery/control.js';
import { platform, type WebSocketLike } from '../platform.js';
import { CloseKind } from '../transport.js';
import { append, later } from '../util.js';
import {
  ackText,
  type ConcreteTransport,
  type CountingTransport,
  isEcho,
  rawText,
  type TypeOf,
  withCounts,
} from './transport.js';

/** `WebSocket.OPEN` */
const OPEN = 1;
/** So many received messages are acknowledged in front of a message that is sent anyway. */
const ACK_ALONG = 8;
/** How long after a message the client asks for an acknowledgement, in milliseconds. */
const ASK_DELAY_MS = 1000;

interface SocketTransport extends ConcreteTransport {
  socket?: WebSocketLike | undefined;
}

/** The same transport with exactly-once delivery. */
export function overSocket<T extends SocketTransport>(Plain: TypeOf<T>): TypeOf<T> {
  const Type = withCounts(Plain) as unknown as TypeOf<SocketTransport & CountingTransport>;
  return class DeliveringSocket extends Type {
    /** The timer after which an acknowledgement is asked for. */
    declare _asking: unknown;

    override prepareUrl(): string {
      const url = super.prepareUrl();
      if (this._isPlain) return url;
      const place = this.base._delivery._place(this._attempt);
      // After an empty session id both slashes are needed: servers of 2011 ignore what follows.
      return url.replace(
        /\/?(\?.*)?$/,
        (_, query: string | undefined) => (this.sessionid ? '/' : '//') + place + (query || ''),
      );
    }

    override send(data: unknown): this {
      const delivery = this.base._delivery;
      if (this._isPlain) return super.send(data);
      if (isEcho(data)) return super.send([ackText(delivery), data]);
      if (this.socket && this.socket.readyState !== OPEN) {
        this.base.queue(data);
        return this;
      }
      const messages = ([] as unknown[]).concat(data);
      delivery._unacked = append(delivery._unacked, messages);
      if (delivery._received - delivery._ackSent >= ACK_ALONG) messages.unshift(ackText(delivery));
      super.send(messages);
      this._ask();
      return this;
    }

    /** Asks for an acknowledgement after a second, unless nothing is in doubt any more. */
    _ask(): void {
      if (this._asking) return;
      this._asking = later(() => {
        this._asking = 0;
        if (this.connected && this.base._delivery._unacked.length) {
          super.send(rawText(controlText(ControlKind.ASK)));
        }
      }, ASK_DELAY_MS);
    }

    override _sendAck(): void {
      super.send(ackText(this.base._delivery));
    }

    override _resend(): void {
      const unacked = this.base._delivery._unacked;
      if (!unacked.length) return;
      super.send(unacked.concat());
      this._ask();
    }

    override _close(kind: CloseKind): void {
      const delivery = this.base._delivery;
      const isLeaving = kind !== CloseKind.LOST && this.connected && !this._isPlain;
      platform.clearTimeout(this._asking);
      if (isLeaving) super.send(ackText(delivery, ControlKind.END));
      super._close(kind);
      if (isLeaving && kind === CloseKind.LOCAL) delivery._end(true);
    }
  } as unknown as TypeOf<T>;
}
