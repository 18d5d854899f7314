/** `socket.io/transports/xhr-multipart`, which was the class itself. */
import { XhrMultipart } from '../../transports/xhr-multipart.js';

export = XhrMultipart;
