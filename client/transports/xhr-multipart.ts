/**
 * One endless multipart response, a part for each payload: taken apart by the Firefox of old, or
 * read as it arrives.
 *
 * @module
 */
import { root } from '../platform.js';
import { abort } from '../request.js';
import { canStream, readStream, type StreamReader } from '../stream.js';
import type { Ending } from '../transport.js';
import { stamp } from '../util.js';
import { XHR } from './xhr.js';

/** Firefox until 22 */
function isNative(): boolean {
  const Request = root.XMLHttpRequest;
  return !!Request && !!Request.prototype && 'multipart' in Request.prototype;
}

/** WebKit takes this content type for a download and hands pages no byte of it. */
function isWebKit(): boolean {
  return !!root.navigator && /Apple/.test(root.navigator.vendor || '');
}

export class XHRMultipart extends XHR {
  declare _stream: StreamReader | undefined;
  declare _rest: string;

  static override check(): boolean {
    return isNative() || (canStream() && !isWebKit());
  }

  override get(): void {
    if (!isNative()) {
      this._rest = '';
      this._stream = readStream(
        this.prepareUrl() + '/' + stamp(),
        (text) => this._take(text),
        () => this.onDisconnect(),
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
    xhr.onerror = () => this.onDisconnect();
    xhr.send(null);
  }

  /**
   * Takes the messages out of the stream by their own lengths: boundaries and headers never look
   * like a message, while a message may well look like a boundary.
   */
  _take(text: string): void {
    let payload = '';
    this._rest += text;
    for (;;) {
      const head = /~m~(\d+)~m~/.exec(this._rest);
      const end = head ? head.index + head[0].length + +head[1]! : Infinity;
      if (this._rest.length < end) break;
      payload += this._rest.slice(head!.index, end);
      this._rest = this._rest.slice(end);
    }
    if (payload) this.onData(payload);
  }

  override _close(how: Ending): void {
    if (this._stream) this._stream.close();
    if (this.xhr) abort(this.xhr);
    super._close(how);
  }
}
XHRMultipart.prototype.type = 'xhr-multipart';
