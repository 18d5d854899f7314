/** Server-sent events, read from the response as it comes. @module */
import { whenDone } from '../../../client/request.js';
import { ServerEvents as BrowserServerEvents } from '../../../client/transports/server-events.js';
import { stamp } from '../../../client/util.js';
import type { HttpRequest } from '../http-request.js';
import { linkOf } from '../link.js';

const END_OF_EVENT = '\n\n';

export class ServerEvents extends BrowserServerEvents {
  override get(): void {
    const xhr = this.request(stamp()) as HttpRequest;
    const { maxPayload } = linkOf(this.base);
    let rest = '';
    this.xhr = xhr;
    xhr.onText = (text) => {
      const events = (rest + text).split(END_OF_EVENT);
      rest = events.pop() ?? '';
      for (const event of events) this._take(event);
      if (maxPayload && rest.length > maxPayload) xhr.overflow();
    };
    whenDone(xhr, this._lost);
    xhr.send(null);
  }
}
