/** Server-sent events, by `EventSource` or, in browsers without it, by a streamed `fetch`. @module */
import { platform } from '../platform.js';
import { canStream, readStream } from '../fetch-stream.js';
import { XHR } from './xhr.js';

export class ServerEvents extends XHR {
  static override check(): boolean {
    return !!platform.EventSource || canStream();
  }

  override get(): void {
    const url = this._streamUrl();
    if (!platform.EventSource) {
      this.xhr = readStream(
        url,
        '\n\n',
        // the data lines of the event; the other fields precede them
        (event) => this.onData(('\n' + event).split('\ndata: ').slice(1).join('\n')),
        this._onLost,
      );
      return;
    }
    const source = (this._stream = new platform.EventSource(url));
    source.onmessage = (event: { data: string }) => this.onData(event.data);
    // `EventSource` would reconnect by itself, but with the URL of a new session.
    source.onerror = this._onLost;
  }
}
ServerEvents.prototype.type = 'server-events';
