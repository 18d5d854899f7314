/** `socket.io/transports/flashsocket`, which was the class itself. */
import { Flashsocket } from '../../transports/websocket/flashsocket.js';

export = Flashsocket;
