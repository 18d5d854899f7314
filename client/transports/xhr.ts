/**
 * What transports over HTTP share: messages go up by POST, one request at a time, and what
 * gathers meanwhile travels in the next one.
 *
 * @module
 */
import type { Xhr } from '../platform.js';
import { abort, request, sayGoodbye, whenDone } from '../request.js';
import { type Base, Ending, Transport, type TransportOptions } from '../transport.js';

export abstract class XHR extends Transport {
  /** Messages for the next POST. */
  sendBuffer: unknown[];
  /** True while a POST is under way. */
  posting: boolean;
  declare sendXHR: Xhr | undefined;
  /** The GET that brings messages. */
  declare xhr: Xhr | undefined;
  /** Says goodbye as soon as the last POST is through. */
  declare _lastWords: (() => void) | undefined;

  /** `io.Transport.XHR.request` of 0.6. */
  static request: (isXDomain?: boolean) => Xhr | null = request;

  static check(isXDomain?: boolean): boolean {
    return !!request(isXDomain);
  }

  static xdomainCheck(): boolean {
    return !!request(true);
  }

  constructor(base: Base, options?: TransportOptions) {
    super(base, options);
    this.sendBuffer = [];
    this.posting = false;
  }

  /**
   * Opens the way down. When a session is to be resumed, nothing may come down for long: an
   * empty POST tells whether the server still knows it.
   */
  override connect(): this {
    this.get();
    if (this.sessionid && !this._isOver) this.sendIORequest('');
    return this;
  }

  /** Opens the way down; each transport has its own. */
  abstract get(): void;

  override send(data: unknown): this {
    this.sendBuffer = this.sendBuffer.concat(data);
    this.checkSend();
    return this;
  }

  /** Posts what has gathered, unless a POST is under way. */
  checkSend(): void {
    if (this.posting || !this.sendBuffer.length) return;
    const payload = this.encode(this.sendBuffer);
    this.sendBuffer = [];
    this.sendIORequest(payload);
  }

  /** Posts a payload. No `Content-Type`: some requests cannot set it, and no server needs it. */
  sendIORequest(payload: string): void {
    this.posting = true;
    const xhr = (this.sendXHR = this.request('send', 'POST'));
    whenDone(xhr, (isOk) => this._posted(isOk));
    xhr.send('data=' + encodeURIComponent(payload));
  }

  /** A request of this session, opened but not sent. */
  request(path: string | number, method?: string): Xhr {
    const xhr = request(this.base.isXDomain())!;
    xhr.open(method || 'GET', this.prepareUrl() + '/' + path, true);
    return xhr;
  }

  /** A POST was answered, or failed. */
  _posted(isOk: boolean): void {
    this.posting = false;
    if (this._lastWords) return this._lastWords();
    if (this._isOver) return;
    if (!isOk) return this.onDisconnect();
    if (!this.connected) this.onConnect();
    this.checkSend();
  }

  override _close(how: Ending): void {
    const base = this.base;
    const unsent = this.sendBuffer;
    this.sendBuffer = [];
    abort(this.xhr);
    if (how === Ending.LOST || !this.connected) {
      abort(this.sendXHR);
      base.queueStack = unsent.concat(base.queueStack);
      return;
    }
    const url = this.prepareUrl() + '/close';
    const body = unsent.length ? 'data=' + encodeURIComponent(this.encode(unsent)) : '';
    const isUnloading = how === Ending.UNLOADED;
    const lastWords = (): void => sayGoodbye(url, body, base.isXDomain(), isUnloading);
    if (this.posting && !isUnloading) this._lastWords = lastWords;
    else lastWords();
  }
}
