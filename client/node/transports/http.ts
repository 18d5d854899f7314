/** Adapts the HTTP transports of the client's core to the requests of Node. @module */
import { type Abortable, noop } from '../../core/platform.js';
import { abort, whenDone } from '../../core/request.js';
import { CloseKind, type TransportOptions } from '../../core/transport.js';
import type { XHR } from '../../core/transports/xhr.js';
import { HttpRequest } from '../http/http-request.js';
import { MessageQueue } from '../message-queue.js';
import {
  append,
  encodeBatch,
  type PayloadBatch,
  type PayloadLimits,
  reduceLimits,
} from '../payload-batch.js';
import { type NetworkSockets, ProgressWatch } from '../progress.js';
import { CLOSE_TIMEOUT_MS, type NodeBase } from '../request-config.js';

const OK = 200;
const TOO_LARGE = 413;

/** An HTTP transport without abstract methods. */
interface HttpTransport extends XHR {
  get(): void;
}

/** The same with the requests of Node. */
interface NodeHttpTransport extends HttpTransport {
  sockets(): NetworkSockets;
  request(path: string | number, method?: string): HttpRequest;
  /** The length of encoded messages on the wire, in bytes. */
  sizeOf(frames: string): number;
  /** Aborts all requests. */
  abortAll(): void;
}

type TypeOf<T> = new (base: NodeBase, options?: TransportOptions) => T;

/** The same transport over the requests of Node. */
export function withNodeHttp(Type: TypeOf<HttpTransport>): TypeOf<NodeHttpTransport> {
  return class WithNodeHttp extends Type implements NodeHttpTransport {
    declare readonly base: NodeBase;
    #downstream: Abortable | undefined;
    #closeRequest: HttpRequest | undefined;
    #closeWatch: ProgressWatch | undefined;
    /** Messages for the next POSTs, instead of `sendBuffer`: that would be copied for each. */
    readonly #queue: MessageQueue = new MessageQueue();
    /** The payload of the POST in flight. */
    #sentBatch: PayloadBatch | undefined;

    sockets(): NetworkSockets {
      const requests = [this.xhr, this.sendXHR, this.#downstream, this.#closeRequest];
      return requests.map((request) => (request as HttpRequest | undefined)?.socket);
    }

    override request(path: string | number, method = 'GET'): HttpRequest {
      const request = new HttpRequest(this.base.config, (error) => {
        if (!this._isClosed && !this.#canSplit(request)) this.base.emit('error', [error]);
      });
      request.open(method, this._url(path));
      return request;
    }

    sizeOf(frames: string): number {
      return encodeURIComponent(frames).length;
    }

    override send(data: unknown): this {
      append(this.#queue, data);
      this.checkSend();
      return this;
    }

    /** Posts as many of the collected messages as the server accepts in one payload. */
    override checkSend(): void {
      if (this.posting || this.#queue.length === 0) return;
      const batch = encodeBatch(
        this.#queue,
        0,
        this.#bodyLimits,
        (message) => this.encode([message]),
        (frames) => this.sizeOf(frames),
      );
      this._batch = this.#queue.take(batch.count);
      this.#sentBatch = batch;
      this.sendIORequest(batch.payload);
    }

    /** Fails the POST in flight if there is neither progress nor a response. */
    override _watchPost(): void {
      const { timeout } = this.options;
      this.posting = true;
      clearTimeout(this._postTimer as NodeJS.Timeout | undefined);
      if (!(timeout > 0)) return;
      this._postTimer = new ProgressWatch(
        () => [(this.sendXHR as HttpRequest | undefined)?.socket],
        timeout,
        () => this._posted(0),
      ).timer;
    }

    override sendIORequest(payload: string): void {
      this.base.config.onPayload?.('sent', payload);
      super.sendIORequest(payload);
    }

    override _posted(status: number): void {
      const batch = this.#sentBatch;
      const isOpen = !this._isClosed || this._isClosing === true;
      this.#sentBatch = undefined;
      if (status !== TOO_LARGE || !batch || !isOpen) {
        super._posted(status);
        return;
      }
      if (batch.count > 1) {
        reduceLimits(this.base.config.sendLimits, batch);
        this.#queue.prepend(this._batch);
      }
      // The server refused the POST only. The other messages can still be delivered.
      this._batch = [];
      super._posted(OK);
    }

    override _close(kind: CloseKind): void {
      if (kind === CloseKind.LOCAL && this.connected) {
        this.#closeWatch = this.#watchClosing();
      }
      super._close(kind);
    }

    /** Keeps the downstream request open until the close request is answered. */
    override _stop(kind: CloseKind): void {
      this.sendBuffer = this.sendBuffer.concat(this.#queue.take());
      if (kind === CloseKind.LOCAL) {
        // if it ended first, the server would see a lost connection instead of a close request
        this.#downstream = this.xhr;
        this.xhr = undefined;
      }
      super._stop(kind);
    }

    override _sendCloseRequest(url: string, body: string): void {
      // a failure is ignored: the server then detects the end by its timeout
      this.#closeWatch ??= this.#watchClosing();
      this.#closeRequest = new HttpRequest(this.base.config, noop);
      whenDone(this.#closeRequest, () => this.abortAll());
      this.#closeRequest.open('POST', url);
      this.#closeRequest.send(body);
    }

    /** The limits of a form body, without its name. */
    get #bodyLimits(): PayloadLimits {
      const { messages, bytes } = this.base.config.sendLimits;
      return { messages, bytes: bytes - 'data='.length };
    }

    /** True if `request` was refused for its size and can be sent again in halves. */
    #canSplit(request: HttpRequest): boolean {
      const batch = this.#sentBatch;
      return request === this.sendXHR && request.status === TOO_LARGE && (batch?.count ?? 0) > 1;
    }

    /** Aborts all requests when the last ones stall. */
    #watchClosing(): ProgressWatch {
      return new ProgressWatch(
        () => this.sockets(),
        CLOSE_TIMEOUT_MS,
        () => this.abortAll(),
      );
    }

    abortAll(): void {
      this.#closeWatch?.stop();
      abort(this.xhr);
      abort(this.#downstream);
      abort(this.sendXHR);
      abort(this.#closeRequest);
    }
  };
}
