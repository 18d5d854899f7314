/**
 * The base of the HTTP transports: messages are sent by POST, one request at a time. Messages that
 * are sent during a request are collected for the next one.
 *
 * @module
 */
import { type Abortable, platform, type Xhr } from '../platform.js';
import { abort, request, whenDone } from '../request.js';
import { CloseKind, Transport } from '../transport.js';
import { append, cacheBuster, later } from '../util.js';

/** How long messages are held back when the page may be about to be unloaded, in milliseconds. */
const HOLD_DELAY_MS = 500;

/**
 * The payload length from which the progress of a POST is watched. Listening to it causes a CORS
 * preflight, so it is not done for short ones.
 */
const LONG_PAYLOAD = 10000;

/** The status of a POST with more messages or bytes than the server accepts. */
export const TOO_LARGE = 413;

/** The body of a POST. */
export function asForm(payload: string): string {
  return 'data=' + encodeURIComponent(payload);
}

export abstract class XHR extends Transport {
  /** Messages for the next POST. */
  declare sendBuffer: unknown[];
  /** True while a POST is in flight, or messages are held back. */
  declare posting: boolean;
  /** The timer of the POST in flight. */
  declare _postTimer: unknown;
  declare sendXHR: Xhr | undefined;
  /** The GET request that receives messages. */
  declare xhr: Abortable | undefined;
  /** The browser's own object that receives messages, such as an `EventSource`. */
  declare _stream: { close(): void } | undefined;
  /** True while the last messages of a closed session are posted. */
  declare _isClosing: boolean | undefined;

  static check(isXDomain?: boolean): boolean {
    return !!request(isXDomain);
  }

  static xdomainCheck(): boolean {
    return !!request(true);
  }

  /**
   * Opens the GET request. To resume a session, an empty POST first checks that the server still
   * has it: the GET receives everything that is queued in the session, which would be lost if the
   * attempt failed for another reason.
   */
  override connect(): this {
    if (this.sessionid) this.sendIORequest(this._takePayload([]));
    else this.get();
    return this;
  }

  /** Opens the request that receives messages. */
  abstract get(): void;

  override send(data: unknown): this {
    this.sendBuffer = append(this.sendBuffer, data);
    this.checkSend();
    return this;
  }

  /** Posts the collected messages, unless a POST is in flight. */
  checkSend(): void {
    if (!this.posting && this.sendBuffer.length) {
      this.sendIORequest(this._takePayload(this.sendBuffer));
    }
  }

  /**
   * Posts a payload. Without `Content-Type`: not every request can set it, and it is not needed. By the
   * number, the server recognises a POST that the browser has sent twice.
   */
  sendIORequest(payload: string): void {
    const xhr = (this.sendXHR = this.request('send/n' + cacheBuster(), 'POST'));
    this._watchPost();
    if (payload.length > LONG_PAYLOAD && xhr.upload) {
      xhr.upload.onprogress = () => {
        this._watchPost();
        this.setTimeout();
      };
    }
    whenDone(xhr, (status) => this._posted(status));
    xhr.send(asForm(payload));
  }

  /** (Re)starts the timeout of the POST in flight. */
  _watchPost(): void {
    this.posting = true;
    platform.clearTimeout(this._postTimer);
    this._postTimer = later(() => this._posted(0), this.options.timeout || Infinity);
  }

  /** Opens a request of this session, without sending it. */
  request(path: string | number, method?: string): Xhr {
    const xhr = request(this.base.isXDomain())!;
    xhr.open(method || 'GET', this._url(path));
    return xhr;
  }

  /** Called with the status of a POST; 0 if there was no response. */
  _posted(status: number): void {
    platform.clearTimeout(this._postTimer);
    this.posting = false;
    // A refused POST was not delivered. One without a response may have been delivered, so it is
    // not sent again.
    if (status >= 400) this.sendBuffer = this._batch.concat(this.sendBuffer);
    if (status === TOO_LARGE) {
      // A single message is dropped. Later payloads contain one message each.
      if (!this._maxLength) this.sendBuffer.shift();
      this._maxLength = 0;
      status = 200;
    }
    if (this._isClosing) {
      if (status === 200) this.checkSend();
      if (!this.posting) this._stop(CloseKind.LOCAL);
    } else if (!this._isClosed) {
      if (status !== 200) return this.onDisconnect();
      if (!this.connected) {
        this.get();
        this.onConnect();
      }
      this.checkSend();
    }
  }

  /**
   * The URL of a stream. With `?goodbye`, the server waits for a close request after the stream has
   * broken off.
   */
  _streamUrl(): string {
    return this._url(cacheBuster() + '?goodbye');
  }

  /**
   * Some browsers abort the POSTs of a page that is unloaded: messages that are sent from now on
   * are kept for the close request.
   */
  override _hold(): void {
    if (this.posting) return;
    this.posting = true;
    this._postTimer = later(() => this._posted(200), HOLD_DELAY_MS);
  }

  /** Closes after all messages have been posted; until then the GET request stays open. */
  override _close(kind: CloseKind): void {
    if (kind === CloseKind.LOCAL && this.connected) {
      this._isClosing = true;
      if (!this.posting) this._posted(200);
    } else this._stop(this.connected ? kind : CloseKind.LOST);
  }

  /** Aborts the requests and, unless the connection was lost, notifies the server. */
  _stop(kind: CloseKind): void {
    const base = this.base;
    platform.clearTimeout(this._postTimer);
    this._isClosing = false;
    abort(this.xhr);
    if (this._stream) this._stream.close();
    if (kind === CloseKind.LOST) {
      abort(this.sendXHR);
      base.queueStack = this.sendBuffer.concat(base.queueStack);
    } else {
      this._sendCloseRequest(
        this._url('close'),
        asForm(this.encode(this.sendBuffer)),
        kind === CloseKind.UNLOADED,
      );
    }
    this.sendBuffer = [];
  }

  /**
   * Sends the close request of the session: a POST that outlives the page if possible.
   *
   * @param isUnloading whether the page is being unloaded; without `sendBeacon` the request must be
   *   synchronous then.
   */
  _sendCloseRequest(url: string, body: string, isUnloading: boolean): void {
    try {
      if (platform.navigator.sendBeacon && platform.navigator.sendBeacon(url, body)) return;
      const xhr = request()!;
      xhr.open('POST', url, !isUnloading);
      xhr.send(body);
    } catch {
      // The request is not possible; the server detects the end by its timeout.
    }
  }
}
XHR.prototype.posting = false;
XHR.prototype.sendBuffer = []; // never changed: see `append`
XHR.prototype._unloadDelay = 250;
