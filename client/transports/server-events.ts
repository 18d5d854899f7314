/** Server-sent events: by `EventSource`, or by a streamed `fetch` where there is none. @module */
import { type EventSourceLike, root } from '../platform.js';
import { canStream, readStream, type StreamReader } from '../stream.js';
import type { Ending } from '../transport.js';
import { XHR } from './xhr.js';

export class ServerEvents extends XHR {
  declare source: EventSourceLike | StreamReader | undefined;

  static override check(): boolean {
    return !!root.EventSource || canStream();
  }

  override get(): void {
    const url = this._freshUrl();
    if (!root.EventSource) {
      this.source = readStream(url, '\n\n', (event) => this._take(event), this._lost);
      return;
    }
    const source = (this.source = new root.EventSource(url));
    source.onmessage = (event: { data: string }) => this.onData(event.data);
    // It would try again by itself, but with the address of a new session.
    source.onerror = this._lost;
  }

  /** Hands on the `data:` lines of one event. */
  _take(event: string): void {
    const lines = ('\n' + event).replace(/\n(?!data:)[^\n]*/g, '');
    this.onData(lines.replace(/\ndata: ?/g, '\n').slice(1));
  }

  override _stop(how: Ending): void {
    if (this.source) {
      this.source.close();
    }
    super._stop(how);
  }
}
ServerEvents.prototype.type = 'server-events';
