/** What the HTTP transports are in Node: as in browsers, with requests of Node's. @module */
import type { Base, TransportOptions } from '../../../client/transport.js';
import type { XHR } from '../../../client/transports/xhr.js';
import { HttpRequest } from '../http-request.js';
import { linkOf } from '../link.js';

/** A transport over HTTP that knows its way down. */
interface HttpTransport extends XHR {
  get(): void;
}

/** The class of one. */
type HttpTransportType = new (base: Base, options?: TransportOptions) => HttpTransport;

function requestFor(base: Base): HttpRequest {
  return new HttpRequest(linkOf(base), (error) => base.emit('error', [error]));
}

/** The same transport over Node's requests. */
export function overHttp(Type: HttpTransportType): HttpTransportType {
  return class extends Type {
    override request(path: string | number, method = 'GET'): HttpRequest {
      const request = requestFor(this.base);
      request.open(method, `${this.prepareUrl()}/${path}`);
      return request;
    }

    override _sayGoodbye(url: string, body: string): void {
      const request = requestFor(this.base);
      request.open('POST', url);
      request.send(body);
    }
  };
}
