/** A WebSocket by Flash Player, for browsers that have no WebSocket of their own. @module */
import { FlashWebSocket, hasFlash } from '../flash-websocket.js';
import type { WebSocketLike } from '../../core/platform.js';
import { WS } from '../../core/transports/websocket.js';

export class FlashSocket extends WS {
  static override check(): boolean {
    return hasFlash();
  }

  override _open(url: string): WebSocketLike {
    return new FlashWebSocket(url, '/' + this.base.options.resource);
  }
}
FlashSocket.prototype.type = 'flashsocket';
