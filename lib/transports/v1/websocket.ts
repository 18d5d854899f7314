import { Flashsocket } from '../websocket/flashsocket.js';
import { Websocket } from '../websocket/websocket.js';

/** WebSockets of protocol 1: the frames are those of 0.6, the sessions are not. */
export abstract class WebsocketV1 extends Websocket {
  static override readonly sendsCloseFrame: boolean = false;
}

/** The same, opened by Flash. */
export abstract class FlashsocketV1 extends Flashsocket {
  static override readonly sendsCloseFrame: boolean = false;
}
