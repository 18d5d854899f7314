/** What the HTTP transports are in Node: as in browsers, with requests of Node's. @module */
import { type Abortable, noop } from '../../core/platform.js';
import { abort, whenDone } from '../../core/request.js';
import { type Base, Ending, type TransportOptions } from '../../core/transport.js';
import type { XHR } from '../../core/transports/xhr.js';
import { HttpRequest } from '../http-request.js';
import { linkOf } from '../request-config.js';

/** How long a server may take to hear our last words, in milliseconds. */
const GOODBYE_TIMEOUT_MS = 10_000;

/** A transport over HTTP that knows its way down. */
interface HttpTransport extends XHR {
  get(): void;
}

/** The class of one. */
type HttpTransportType = new (base: Base, options?: TransportOptions) => HttpTransport;

/** The same transport over Node's requests. */
export function overHttp(Type: HttpTransportType): HttpTransportType {
  return class extends Type {
    #down: Abortable | undefined;
    #goodbye: HttpRequest | undefined;
    #patience: NodeJS.Timeout | undefined;

    override request(path: string | number, method = 'GET'): HttpRequest {
      const request = new HttpRequest(linkOf(this.base), (error) => {
        if (!this._isOver) this.base.emit('error', [error]);
      });
      request.open(method, `${this.prepareUrl()}/${path}`);
      return request;
    }

    override _close(how: Ending): void {
      if (how === Ending.LEFT && this.connected) {
        this.#patience = setTimeout(() => this.#hangUp(), GOODBYE_TIMEOUT_MS);
      }
      super._close(how);
    }

    /** The way down stays open until the goodbye is through: its end would come first. */
    override _stop(how: Ending): void {
      if (how === Ending.LEFT) {
        this.#down = this.xhr;
        this.xhr = undefined;
      }
      super._stop(how);
    }

    override _sayGoodbye(url: string, body: string): void {
      // if it does not get through, the server will notice by itself
      this.#goodbye = new HttpRequest(linkOf(this.base), noop);
      whenDone(this.#goodbye, () => this.#hangUp());
      this.#goodbye.open('POST', url);
      this.#goodbye.send(body);
    }

    #hangUp(): void {
      clearTimeout(this.#patience);
      abort(this.xhr);
      abort(this.#down);
      abort(this.sendXHR);
      abort(this.#goodbye);
    }
  };
}
