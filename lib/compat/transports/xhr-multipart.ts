/** `socket.io/transports/xhr-multipart`, which was the class itself. */
import { XhrMultipart } from '../../transports/http/xhr-multipart.js';

export = XhrMultipart;
