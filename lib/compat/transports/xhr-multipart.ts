/** `socket.io/transports/xhr-multipart`: the class itself, as in 0.6. */
import { XhrMultipart } from '../../transports/http/xhr-multipart.js';

export = XhrMultipart;
