/** Adapts the HTTP transports of the client's core to the requests of Node. @module */
import { type Abortable, noop } from '../../core/platform.js';
import { abort, whenDone } from '../../core/request.js';
import { CloseKind, type TransportOptions } from '../../core/transport.js';
import type { XHR } from '../../core/transports/xhr.js';
import { HttpRequest } from '../http/http-request.js';
import { CLOSE_TIMEOUT_MS, type NodeBase } from '../request-config.js';

/** An HTTP transport without abstract methods. */
interface HttpTransport extends XHR {
  get(): void;
}

type HttpTransportType = new (base: NodeBase, options?: TransportOptions) => HttpTransport;

/** The same transport over the requests of Node. */
export function withNodeHttp(Type: HttpTransportType): HttpTransportType {
  return class WithNodeHttp extends Type {
    declare readonly base: NodeBase;
    #downstream: Abortable | undefined;
    #closeRequest: HttpRequest | undefined;
    #closeTimer: NodeJS.Timeout | undefined;

    override request(path: string | number, method = 'GET'): HttpRequest {
      const request = new HttpRequest(this.base.config, (error) => {
        if (!this._isClosed) this.base.emit('error', [error]);
      });
      request.open(method, `${this.prepareUrl()}/${path}`);
      return request;
    }

    override _close(how: CloseKind): void {
      if (how === CloseKind.LOCAL && this.connected) {
        this.#closeTimer = setTimeout(() => this.#abortAll(), CLOSE_TIMEOUT_MS);
      }
      super._close(how);
    }

    /** Keeps the downstream request open until the close request is answered. */
    override _stop(how: CloseKind): void {
      if (how === CloseKind.LOCAL) {
        // if it ended first, the server would see a lost connection instead of a close request
        this.#downstream = this.xhr;
        this.xhr = undefined;
      }
      super._stop(how);
    }

    override _sendCloseRequest(url: string, body: string): void {
      // a failure is ignored: the server then detects the end by its timeout
      this.#closeRequest = new HttpRequest(this.base.config, noop);
      whenDone(this.#closeRequest, () => this.#abortAll());
      this.#closeRequest.open('POST', url);
      this.#closeRequest.send(body);
    }

    #abortAll(): void {
      clearTimeout(this.#closeTimer);
      abort(this.xhr);
      abort(this.#downstream);
      abort(this.sendXHR);
      abort(this.#closeRequest);
    }
  };
}
