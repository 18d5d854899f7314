/**
 * One endless multipart response, a part for each payload: taken apart by the Firefox of old, or
 * read as it arrives.
 *
 * @module
 */
import { root } from '../platform.js';
import { request } from '../request.js';
import { canStream, readStream } from '../fetch-stream.js';
import { stamp } from '../util.js';
import { XHR } from './xhr.js';

/** WebKit takes this content type for a download and hands pages no byte of it. */
function isWebKit(): boolean {
  return /Apple/.test(root.navigator.vendor!);
}

export class XHRMultipart extends XHR {
  static override check(): boolean {
    const xhr = request();
    return !!xhr && ('multipart' in xhr || (canStream() && !isWebKit()));
  }

  override get(): void {
    if (canStream()) {
      this.xhr = readStream(
        this._streamUrl(),
        '\n--socketio\n',
        (part) => this.onData(part.slice(part.indexOf('\n\n') + 2)),
        this._lost,
      );
    } else {
      // Firefox until 22: a `load` for each part
      const xhr = (this.xhr = this.request(stamp()));
      xhr.multipart = true;
      xhr.onload = () => this.onData(xhr.responseText);
      xhr.onerror = this._lost;
      xhr.send(null);
    }
  }
}
XHRMultipart.prototype.type = 'xhr-multipart';
