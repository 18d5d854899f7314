/** Server-sent events, read from the response while it arrives. @module */
import { whenDone } from '../../core/request.js';
import { XHR } from '../../core/transports/xhr.js';
import { cacheBuster } from '../../core/util.js';
import { EventStreamReader } from '../http/event-stream.js';
import type { HttpRequest } from '../http/http-request.js';
import type { NodeBase } from '../request-config.js';

export class ServerEvents extends XHR {
  declare readonly base: NodeBase;

  override get(): void {
    const xhr = this.request(cacheBuster()) as HttpRequest;
    const reader = new EventStreamReader(this.base.config.maxPayload);
    this.xhr = xhr;
    xhr.onText = (text) => {
      for (const data of reader.push(text)) this.onData(data);
      if (reader.hasOverflowed) xhr.overflow();
    };
    whenDone(xhr, this._onLost);
    xhr.send(null);
  }
}
ServerEvents.prototype.type = 'server-events';
