import { WS } from './websocket.js';
export class FlashSocket extends WS {
  static override check(): boolean {
    return false;
  }
}
FlashSocket.prototype.type = 'flashsocket';
