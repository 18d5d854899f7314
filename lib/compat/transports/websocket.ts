/** `socket.io/transports/websocket`, which was the class itself. */
import { Websocket } from '../../transports/websocket/websocket.js';

export = Websocket;
