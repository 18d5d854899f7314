/** Server-sent events: by `EventSource`, or by a streamed `fetch` where there is none. @module */
import { root } from '../platform.js';
import { canStream, readStream } from '../fetch-stream.js';
import { XHR } from './xhr.js';

export class ServerEvents extends XHR {
  static override check(): boolean {
    return !!root.EventSource || canStream();
  }

  override get(): void {
    const url = this._streamUrl();
    if (!root.EventSource) {
      this.xhr = readStream(
        url,
        '\n\n',
        // the lines of its data; what else the event holds comes before them
        (event) => this.onData(('\n' + event).split('\ndata: ').slice(1).join('\n')),
        this._lost,
      );
      return;
    }
    const source = (this._stream = new root.EventSource(url));
    source.onmessage = (event: { data: string }) => this.onData(event.data);
    // It would try again by itself, but with the address of a new session.
    source.onerror = this._lost;
  }
}
ServerEvents.prototype.type = 'server-events';
