/**
 * One endless multipart response with a part for each payload. Firefox until 22 splits it itself;
 * in other browsers it is read by `fetch`.
 *
 * @module
 */
import { platform } from '../platform.js';
import { request } from '../request.js';
import { canStream, readStream } from '../fetch-stream.js';
import { cacheBuster } from '../util.js';
import { XHR } from './xhr.js';

/** WebKit treats this content type as a download and gives the page none of it. */
function isWebKit(): boolean {
  return /Apple/.test(platform.navigator.vendor!);
}

export class XHRMultipart extends XHR {
  static override check(): boolean {
    const xhr = request();
    return !!xhr && ('multipart' in xhr || (canStream() && !isWebKit()));
  }

  override get(): void {
    if (canStream()) {
      readStream(this, '\n--socketio\n', (part) => part.slice(part.indexOf('\n\n') + 2));
    } else {
      // Firefox until 22: one `load` event for each part
      const xhr = (this.xhr = this.request(cacheBuster()));
      xhr.multipart = true;
      xhr.onload = () => this.onData(xhr.responseText);
      xhr.onerror = this._onLost;
      xhr.send(null);
    }
  }
}
XHRMultipart.prototype.type = 'xhr-multipart';
