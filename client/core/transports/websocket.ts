/** One WebSocket per connection, one payload per frame. @module */
import { noop, platform, type WebSocketLike } from '../platform.js';
import { CloseKind, Transport } from '../transport.js';

/** `WebSocket.OPEN` */
const OPEN = 1;
/** The close code of a connection that the client considers lost: it will resume the session. */
const LOST_CODE = 4000;

export class WS extends Transport {
  declare socket: WebSocketLike | undefined;
  /** The bytes that the server had not taken when this was last checked. */
  declare _unsent: number;

  static check(): boolean {
    // A plain object of this name belongs to the flashsocket or to a polyfill.
    return !!(platform.WebSocket && platform.WebSocket.prototype);
  }

  static xdomainCheck(): boolean {
    return true;
  }

  override connect(): this {
    const socket = (this.socket = this._open(this.prepareUrl()));
    socket.onopen = () => {
      // A server without the session refuses the upgrade.
      if (this.sessionid) this.onConnect();
    };
    socket.onmessage = (event: { data: unknown }) => {
      if (typeof event.data === 'string') this.onData(event.data);
    };
    socket.onclose = this._onLost;
    socket.onerror = (event: unknown) => this.onError(event);
    return this;
  }

  override send(data: unknown): this {
    const socket = this.socket!;
    if (socket.readyState === OPEN) {
      const messages = ([] as unknown[]).concat(data);
      while (messages.length) socket.send(this._takePayload(messages));
      this._unsent = this.socket!.bufferedAmount!;
    } else this.base.queue(data);
    return this;
  }

  /** A connection that still accepts bytes is slow, not lost. */
  override onTimeout(): void {
    if (this.socket!.bufferedAmount && this.socket!.bufferedAmount < this._unsent) {
      this._unsent = this.socket!.bufferedAmount;
      this.setTimeout();
    } else super.onTimeout();
  }

  /** Called with the `error` events of the WebSocket. */
  onError(event: unknown): void {
    this.base.emit('error', [event]);
  }

  _open(url: string): WebSocketLike {
    return new platform.WebSocket!(url);
  }

  override _close(kind: CloseKind): void {
    const socket = this.socket;
    if (!socket) return;
    // The other handlers do nothing for a transport that is closed.
    socket.onerror = noop;
    if (kind === CloseKind.LOST) socket.close(LOST_CODE);
    else socket.close();
  }
}
WS.prototype.type = 'websocket';
WS.prototype._scheme = 'ws';
