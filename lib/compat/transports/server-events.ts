/** `socket.io/transports/server-events`, which was the class itself. */
import { ServerEvents } from '../../transports/http/server-events.js';

export = ServerEvents;
