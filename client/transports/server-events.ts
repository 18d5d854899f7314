/** Server-sent events: by `EventSource`, or by a streamed `fetch` where there is none. @module */
import { type EventSourceLike, root } from '../platform.js';
import { canStream, readStream, type StreamReader } from '../stream.js';
import type { Ending } from '../transport.js';
import { stamp } from '../util.js';
import { XHR } from './xhr.js';

export class ServerEvents extends XHR {
  declare source: EventSourceLike | StreamReader | undefined;

  static override check(): boolean {
    return (!!root.EventSource || canStream()) && XHR.check();
  }

  override get(): void {
    const url = this.prepareUrl() + '/' + stamp();
    const lost = (): void => this.onDisconnect();
    if (!root.EventSource) {
      let rest = '';
      this.source = readStream(
        url,
        (chunk) => {
          const events = (rest + chunk).split('\n\n');
          rest = events.pop()!;
          for (let i = 0; i < events.length; i++) this._event(events[i]!);
        },
        lost,
      );
      return;
    }
    const source = (this.source = new root.EventSource(url));
    source.onmessage = (event: { data: string }) => this.onData(event.data);
    // It would try again by itself, but with the address of a new session.
    source.onerror = lost;
  }

  /** Hands on the `data:` lines of one event. */
  _event(block: string): void {
    const lines = ('\n' + block).match(/\ndata:[^\n]*/g);
    if (lines)
      this.onData(
        lines
          .join('')
          .replace(/\ndata: ?/g, '\n')
          .slice(1),
      );
  }

  override _close(how: Ending): void {
    if (this.source) {
      if ('onerror' in this.source) this.source.onerror = this.source.onmessage = null;
      this.source.close();
    }
    super._close(how);
  }
}
ServerEvents.prototype.type = 'server-events';
