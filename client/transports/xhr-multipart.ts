/**
 * One endless multipart response, a part for each payload: taken apart by the Firefox of old, or
 * read as it arrives.
 *
 * @module
 */
import { root } from '../platform.js';
import { canStream, readStream, type StreamReader } from '../stream.js';
import type { Ending } from '../transport.js';
import { stamp } from '../util.js';
import { XHR } from './xhr.js';

/** Firefox until 22 */
function isNative(): boolean {
  const Request = root.XMLHttpRequest;
  return !!(Request && Request.prototype && 'multipart' in Request.prototype);
}

/** WebKit takes this content type for a download and hands pages no byte of it. */
function isWebKit(): boolean {
  return /Apple/.test(root.navigator.vendor!);
}

export class XHRMultipart extends XHR {
  declare _stream: StreamReader | undefined;

  static override check(): boolean {
    return isNative() || (canStream() && !isWebKit());
  }

  override get(): void {
    if (!isNative()) {
      this._stream = readStream(
        this._freshUrl(),
        '\n--socketio\n',
        (part) => this.onData(part.slice(part.indexOf('\n\n') + 2)),
        this._lost,
      );
      return;
    }
    const xhr = (this.xhr = this.request(stamp()));
    xhr.multipart = true;
    xhr.onreadystatechange = () => {
      if (xhr.readyState !== 4) return;
      if (xhr.status === 200) this.onData(xhr.responseText);
      else this.onDisconnect();
    };
    xhr.onerror = this._lost;
    xhr.send(null);
  }

  override _stop(how: Ending): void {
    if (this._stream) this._stream.close();
    super._stop(how);
  }
}
XHRMultipart.prototype.type = 'xhr-multipart';
