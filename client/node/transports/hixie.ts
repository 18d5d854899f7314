/** WebSocket connections of draft 76. @module */
import type { WebSocketLike } from '../../core/platform.js';
import { HixieSocket } from './hixie-socket.js';
import { NodeWebSocket } from './websocket.js';

/** The transport `websocket` of the server, in the framing of 2010. */
export class HixieWebSocket extends NodeWebSocket {
  override prepareUrl(): string {
    return super.prepareUrl().replace(/\/hixie-76(?=[/?]|$)/, '/websocket');
  }

  override _open(url: string): WebSocketLike {
    return new HixieSocket(url, this.base.config);
  }
}
HixieWebSocket.prototype.type = 'hixie-76';
