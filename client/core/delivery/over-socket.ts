/** Exactly-once delivery over a WebSocket, or another transport with frames. @module */
import { ControlKind, controlText } from '../../../lib/protocol/delivery/control.js';
import type { WebSocketLike } from '../platform.js';
import { CloseKind } from '../transport.js';
import { later } from '../util.js';
import {
  ackText,
  type ConcreteTransport,
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
      // After an empty session id both slashes are needed: servers of 2011 ignore what follows.
      return super
        .prepareUrl()
        .replace(
          /\/?(\?.*)?$/,
          (query) =>
            (this.sessionid ? '/' : '//') +
            this.base._place(this._attempt) +
            query.replace('/', ''),
        );
    }

    override send(data: unknown): this {
      const base = this.base;
      const messages = ([] as unknown[]).concat(data);
      if (this.socket && this.socket.readyState !== OPEN) base.queue(data);
      else {
        const echoes = isEcho(data);
        if (!echoes) base._unacked = base._unacked.concat(messages);
        if (echoes || base._received - base._ackSent >= ACK_ALONG) messages.unshift(ackText(base));
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
            super.send(Object(controlText(ControlKind.ASK)));
          }
        }, ASK_DELAY_MS);
      }
    }

    override _sendAck(): void {
      super.send(ackText(this.base));
    }

    override _resend(): void {
      const unacked = this.base._unacked;
      if (unacked.length) super.send(unacked.concat());
      this._ask();
    }

    override _close(kind: CloseKind): void {
      const isLeaving = kind && this.connected;
      if (isLeaving) super.send(ackText(this.base, ControlKind.END));
      super._close(kind);
      if (isLeaving && kind === CloseKind.LOCAL) this.base._endSession(true);
    }
  } as unknown as TypeOf<T>;
}
