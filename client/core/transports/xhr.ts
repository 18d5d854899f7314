/**
 * What transports over HTTP share: messages go up by POST, one request at a time, and what
 * gathers meanwhile travels in the next one.
 *
 * @module
 */
import { type Abortable, root, type Xhr } from '../platform.js';
import { abort, request, whenDone } from '../request.js';
import { type Base, Ending, Transport, type TransportOptions } from '../transport.js';

/** How long a page may take to go once its connections are gone, in milliseconds. */
const PAUSE = 250;

/** How long messages are held back when the page may be about to go, in milliseconds. */
const HOLD = 500;

/** The body of a POST. */
function asForm(payload: string): string {
  return 'data=' + encodeURIComponent(payload);
}

export abstract class XHR extends Transport {
  /** Messages for the next POST. */
  sendBuffer: unknown[];
  /** True while a POST is under way. */
  posting: boolean;
  /** The messages of the POST under way. */
  _batch: unknown[];
  declare sendXHR: Xhr | undefined;
  /** The GET that brings messages. */
  declare xhr: Abortable | undefined;
  /** The stream that brings messages, where the browser has something of its own for that. */
  declare _stream: { close(): void } | undefined;
  /** True while the last messages of a session that is over are posted. */
  declare _isLeaving: boolean | undefined;

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
    this._lost = () => {
      if (!this.connected) return this.onDisconnect();
      // In some browsers this is how a page learns that it goes: a goodbye may still be due.
      this.posting = true;
      root.setTimeout(() => this.onDisconnect(), PAUSE);
    };
  }

  /**
   * Opens the way down. When a session is to be resumed, an empty POST first asks whether the
   * server still knows it: the way down takes all that waits in the session, and what it carries
   * would be lost if the attempt failed by something else.
   */
  override connect(): this {
    if (this.sessionid) this.sendIORequest('');
    else this.get();
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
    this._batch = this.sendBuffer;
    this.sendBuffer = [];
    this.sendIORequest(this.encode(this._batch));
  }

  /** Posts a payload. No `Content-Type`: some requests cannot set it, and no server needs it. */
  sendIORequest(payload: string): void {
    this.posting = true;
    const xhr = (this.sendXHR = this.request('send', 'POST'));
    whenDone(xhr, (status) => this._posted(status));
    xhr.send(asForm(payload));
  }

  /** A request of this session, opened but not sent. */
  request(path: string | number, method?: string): Xhr {
    const xhr = request(this.base.isXDomain())!;
    xhr.open(method || 'GET', this.prepareUrl() + '/' + path, true);
    return xhr;
  }

  /** A POST was answered, or failed. */
  _posted(status: number): void {
    this.posting = false;
    if (this._isLeaving) {
      if (status === 200) this.checkSend();
      if (!this.posting) this._stop(Ending.LEFT);
    } else if (!this._isOver) {
      // What was refused was not delivered. Without an answer it may have been: never twice.
      if (status >= 400) this.sendBuffer = this._batch.concat(this.sendBuffer);
      if (status !== 200) return this.onDisconnect();
      if (!this.connected) {
        this.get();
        this.onConnect();
      }
      this.checkSend();
    }
  }

  /** The address for a stream; it says that a goodbye will follow, for which the server waits. */
  _streamUrl(): string {
    return this._freshUrl() + '?goodbye';
  }

  /**
   * Some browsers break off the POSTs of a page that goes: what is sent now travels with the
   * goodbye.
   */
  override _hold(): void {
    if (this.posting) return;
    this.posting = true;
    root.setTimeout(() => this._posted(200), HOLD);
  }

  /** Leaves as soon as everything is said; until then the server must not see us go. */
  override _close(how: Ending): void {
    if (!this.connected) how = Ending.LOST;
    this._isLeaving = how === Ending.LEFT;
    if (this._isLeaving) this.checkSend();
    if (!this._isLeaving || !this.posting) this._stop(how);
  }

  /** Stops what runs; unless the link is lost, tells the server. */
  _stop(how: Ending): void {
    const base = this.base;
    abort(this.xhr);
    if (this._stream) this._stream.close();
    if (how === Ending.LOST) {
      abort(this.sendXHR);
      base.queueStack = this.sendBuffer.concat(base.queueStack);
    } else {
      this._sayGoodbye(
        this.prepareUrl() + '/close',
        asForm(this.encode(this.sendBuffer)),
        how === Ending.UNLOADED,
      );
    }
    this.sendBuffer = [];
  }

  /**
   * The last words of the session: a POST that outlives the page, by the means there are.
   *
   * @param isUnloading whether the page leaves in this turn, so that only a blocking request would
   *   still get out of an old browser.
   */
  _sayGoodbye(url: string, body: string, isUnloading: boolean): void {
    try {
      if (root.navigator.sendBeacon && root.navigator.sendBeacon(url, body)) return;
      const xhr = request()!;
      xhr.open('POST', url, !isUnloading);
      xhr.send(body);
    } catch {
      // nothing gets out of here: the server will notice by itself
    }
  }
}
