/** `socket.io/transports/xhr-polling`, which was the class itself. */
import { XhrPolling } from '../../transports/xhr-polling.js';

export = XhrPolling;
