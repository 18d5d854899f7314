/** `socket.io/transports/jsonp-polling`: the class itself, as in 0.6. */
import { JsonpPolling } from '../../transports/http/jsonp-polling.js';

export = JsonpPolling;
