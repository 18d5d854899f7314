/** `socket.io/transports/flashsocket`, which was the class itself. */
import { Flashsocket } from '../../transports/flashsocket.js';

export = Flashsocket;
