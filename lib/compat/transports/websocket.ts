/** `socket.io/transports/websocket`: the class itself, as in 0.6. */
import { Websocket } from '../../transports/websocket/websocket.js';

export = Websocket;
