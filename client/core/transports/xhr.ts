/**
 * The base of the HTTP transports: messages are sent by POST, one request at a time. Messages that
 * are sent during a request are collected for the next one.
 *
 * @module
 */
import { type Abortable, platform, type Xhr } from '../platform.js';
import { abort, request, whenDone } from '../request.js';
import { type Base, CloseKind, Transport, type TransportOptions } from '../transport.js';

/**
 * How long a connection failure is not acted upon, in milliseconds: some browsers abort the
 * connections of a page just before they unload it.
 */
const UNLOAD_DELAY_MS = 250;

/** How long messages are held back when the page may be about to be unloaded, in milliseconds. */
const HOLD_DELAY_MS = 500;

/** The body of a POST. */
function asForm(payload: string): string {
  return 'data=' + encodeURIComponent(payload);
}

export abstract class XHR extends Transport {
  /** Messages for the next POST. */
  sendBuffer: unknown[];
  /** True while a POST is in flight. */
  posting: boolean;
  /** The messages of the POST in flight. */
  _batch: unknown[];
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

  constructor(base: Base, options?: TransportOptions) {
    super(base, options);
    this.sendBuffer = this._batch = [];
    this.posting = false;
    this._onLost = () => {
      if (!this.connected) return this.onDisconnect();
      // The page may be about to be unloaded; in that case a close request is still to be sent.
      this.posting = true;
      platform.setTimeout(() => this.onDisconnect(), UNLOAD_DELAY_MS);
    };
  }

  /**
   * Opens the GET request. To resume a session, an empty POST first checks that the server still
   * has it: the GET receives everything that is queued in the session, which would be lost if the
   * attempt failed for another reason.
   */
  override connect(): this {
    if (this.sessionid) this.sendIORequest('');
    else this.get();
    return this;
  }

  /** Opens the request that receives messages. */
  abstract get(): void;

  override send(data: unknown): this {
    this.sendBuffer = this.sendBuffer.concat(data);
    this.checkSend();
    return this;
  }

  /** Posts the collected messages, unless a POST is in flight. */
  checkSend(): void {
    if (this.posting || !this.sendBuffer.length) return;
    this._batch = this.sendBuffer;
    this.sendBuffer = [];
    this.sendIORequest(this.encode(this._batch));
  }

  /** Posts a payload. Without `Content-Type`: not every request can set it, and it is not needed. */
  sendIORequest(payload: string): void {
    this.posting = true;
    const xhr = (this.sendXHR = this.request('send', 'POST'));
    whenDone(xhr, (status) => this._posted(status));
    xhr.send(asForm(payload));
  }

  /** Opens a request of this session, without sending it. */
  request(path: string | number, method?: string): Xhr {
    const xhr = request(this.base.isXDomain())!;
    xhr.open(method || 'GET', this.prepareUrl() + '/' + path, true);
    return xhr;
  }

  /** Called with the status of a POST; 0 if there was no response. */
  _posted(status: number): void {
    this.posting = false;
    if (this._isClosing) {
      if (status === 200) this.checkSend();
      if (!this.posting) this._stop(CloseKind.LOCAL);
    } else if (!this._isClosed) {
      // A refused POST was not delivered. One without a response may have been delivered, so it
      // is not sent again.
      if (status >= 400) this.sendBuffer = this._batch.concat(this.sendBuffer);
      if (status !== 200) return this.onDisconnect();
      if (!this.connected) {
        this.get();
        this.onConnect();
      }
      this.checkSend();
    }
  }

  /** The URL of a stream. `?goodbye` announces a close request, for which the server waits. */
  _streamUrl(): string {
    return this._freshUrl() + '?goodbye';
  }

  /**
   * Some browsers abort the POSTs of a page that is unloaded: messages that are sent from now on
   * are kept for the close request.
   */
  override _hold(): void {
    if (this.posting) return;
    this.posting = true;
    platform.setTimeout(() => this._posted(200), HOLD_DELAY_MS);
  }

  /** Closes after all messages have been posted; until then the GET request stays open. */
  override _close(kind: CloseKind): void {
    if (!this.connected) kind = CloseKind.LOST;
    this._isClosing = kind === CloseKind.LOCAL;
    if (this._isClosing) this.checkSend();
    if (!this._isClosing || !this.posting) this._stop(kind);
  }

  /** Aborts the requests and, unless the connection was lost, notifies the server. */
  _stop(kind: CloseKind): void {
    const base = this.base;
    abort(this.xhr);
    if (this._stream) this._stream.close();
    if (kind === CloseKind.LOST) {
      abort(this.sendXHR);
      base.queueStack = this.sendBuffer.concat(base.queueStack);
    } else {
      this._sendCloseRequest(
        this.prepareUrl() + '/close',
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
