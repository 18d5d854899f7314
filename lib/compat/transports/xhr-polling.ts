/** `socket.io/transports/xhr-polling`, which was the class itself. */
import { XhrPolling } from '../../transports/http/xhr-polling.js';

export = XhrPolling;
