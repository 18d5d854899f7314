/** `socket.io/transports/jsonp-polling`, which was the class itself. */
import { JsonpPolling } from '../../transports/http/jsonp-polling.js';

export = JsonpPolling;
