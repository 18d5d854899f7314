/** `socket.io/transports/jsonp-polling`, which was the class itself. */
import { JsonpPolling } from '../../transports/jsonp-polling.js';

export = JsonpPolling;
