/** `socket.io/transports/htmlfile`, which was the class itself. */
import { HtmlFile } from '../../transports/http/htmlfile.js';

export = HtmlFile;
