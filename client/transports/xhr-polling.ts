/** Long polling: a GET that the server holds until it has something. @module */
import { root } from '../platform.js';
import { whenDone } from '../request.js';
import { stamp } from '../util.js';
import { XHR } from './xhr.js';

/** How long messages are held back when the page may be about to go, in milliseconds. */
const HOLD = 500;

export class XHRPolling extends XHR {
  override get(): void {
    const xhr = (this.xhr = this.request(stamp()));
    whenDone(xhr, (status) => {
      if (status === 200) this.onData(xhr.responseText);
      if (this._isOver) return;
      // An answer without a session is some other server's; another poll would get no better one.
      if (status === 200 && this.sessionid) this.get();
      else this._lost();
    });
    xhr.send(null);
  }

  /**
   * Some browsers break off the POSTs of a page that goes: what is sent now travels with the
   * goodbye. A stream's session ends with the stream, so its last messages cannot wait.
   */
  override _hold(): void {
    if (this.posting) return;
    this.posting = true;
    root.setTimeout(() => this._posted(200), HOLD);
  }
}
XHRPolling.prototype.type = 'xhr-polling';
/** Based on the server's default poll duration of 20 s. */
XHRPolling.prototype._silence = 25000;
