/** A WebSocket by Flash Player, for browsers that have no WebSocket of their own. @module */
import { FlashWebSocket, hasFlash } from '../flash-websocket.js';
import { platform, type WebSocketLike } from '../../core/platform.js';
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

/**
 * Sets the folder that contains `lib/vendor/web-socket-js/WebSocketMain.swf`.
 *
 * @deprecated Set the global `WEB_SOCKET_SWF_LOCATION`.
 */
export function setPath(this: { path?: string }, path: string): void {
  const folder = path.replace(/\/?$/, '/');
  this.path = folder;
  (platform as { WEB_SOCKET_SWF_LOCATION?: string }).WEB_SOCKET_SWF_LOCATION =
    folder + 'lib/vendor/web-socket-js/WebSocketMain.swf';
}
