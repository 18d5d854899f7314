/** Server-sent events, read from the response while it arrives. @module */
import { whenDone } from '../../core/request.js';
import { XHR } from '../../core/transports/xhr.js';
import { cacheBuster } from '../../core/util.js';
import type { HttpRequest } from '../http-request.js';
import type { NodeBase } from '../request-config.js';

const END_OF_EVENT = '\n\n';

/** The data lines of an event. */
function dataOf(event: string): string {
  const lines = event.split('\n').filter((line) => line.startsWith('data:'));
  return lines.map((line) => line.replace(/^data: ?/, '')).join('\n');
}

export class ServerEvents extends XHR {
  declare readonly base: NodeBase;

  override get(): void {
    const xhr = this.request(cacheBuster()) as HttpRequest;
    const limit = this.base.config.maxPayload || Infinity;
    let rest = '';
    this.xhr = xhr;
    xhr.onText = (text) => {
      const events = (rest + text).split(END_OF_EVENT);
      if (events.some((event) => event.length > limit)) {
        xhr.overflow();
        return;
      }
      rest = events.pop() ?? '';
      for (const event of events) this.onData(dataOf(event));
    };
    whenDone(xhr, this._onLost);
    xhr.send(null);
  }
}
ServerEvents.prototype.type = 'server-events';
