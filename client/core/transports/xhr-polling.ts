/** Long polling: a GET that the server holds until it has something. @module */
import { whenDone } from '../request.js';
import { stamp } from '../util.js';
import { XHR } from './xhr.js';

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
}
XHRPolling.prototype.type = 'xhr-polling';
/** Based on the server's default poll duration of 20 s. */
XHRPolling.prototype._silence = 25000;
