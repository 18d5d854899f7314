/** `socket.io/transports/htmlfile`: the class itself, as in 0.6. */
import { HtmlFile } from '../../transports/http/htmlfile.js';

export = HtmlFile;
