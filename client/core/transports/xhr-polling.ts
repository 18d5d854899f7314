/** Long polling: the server holds each GET until there is a message. @module */
import { whenDone } from '../request.js';
import { cacheBuster } from '../util.js';
import { XHR } from './xhr.js';

export class XHRPolling extends XHR {
  override get(): void {
    const xhr = (this.xhr = this.request(cacheBuster()));
    whenDone(
      xhr,
      (status) => {
        if (status === 200) this.onData(xhr.responseText);
        if (this._isClosed) return;
        // A response without a session is from another kind of server; polling again is useless.
        if (status === 200 && this.sessionid) this.get();
        else this._onLost();
      },
      () => this.setTimeout(),
    );
    xhr.send(null);
  }
}
XHRPolling.prototype.type = 'xhr-polling';
/** The server's default poll duration of 20 s, and 5 s more. */
XHRPolling.prototype._defaultTimeout = 25000;
