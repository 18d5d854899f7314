/** `socket.io/transports/flashsocket`: the class itself, as in 0.6. */
import { Flashsocket } from '../../transports/websocket/flashsocket.js';

export = Flashsocket;
