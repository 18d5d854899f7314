/** `socket.io/transports/xhr-polling`: the class itself, as in 0.6. */
import { XhrPolling } from '../../transports/http/xhr-polling.js';

export = XhrPolling;
