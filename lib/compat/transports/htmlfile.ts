/** `socket.io/transports/htmlfile`, which was the class itself. */
import { HtmlFile } from '../../transports/htmlfile.js';

export = HtmlFile;
