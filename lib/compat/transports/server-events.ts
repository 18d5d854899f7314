/** `socket.io/transports/server-events`: the class itself, as in 0.6. */
import { ServerEvents } from '../../transports/http/server-events.js';

export = ServerEvents;
