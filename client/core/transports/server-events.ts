/** Server-sent events, by a streamed `fetch` or, in older browsers, by `EventSource`. @module */
import { platform } from '../platform.js';
import { canStream, readStream } from '../fetch-stream.js';
import { XHR } from './xhr.js';

export class ServerEvents extends XHR {
  static override check(): boolean {
    return !!platform.EventSource || canStream();
  }

  override get(): void {
    // `EventSource` reports complete events only, not the bytes of a long one.
    if (canStream()) {
      // the data lines of the event; the other fields precede them
      readStream(this, '\n\n', (event) => ('\n' + event).split('\ndata: ').slice(1).join('\n'));
      return;
    }
    const source = (this._stream = new platform.EventSource!(this._streamUrl()));
    source.onmessage = (event: { data: string }) => this.onData(event.data);
    // `EventSource` would reconnect by itself, but with the URL of a new session.
    source.onerror = this._onLost;
  }
}
ServerEvents.prototype.type = 'server-events';
