/**
 * The base of all transports: framing, the session id, heartbeats and the timeout that detects a
 * lost connection.
 *
 * One `Transport` is one connection and is never reused. Pages may define their own as in 2011:
 * `io.util.inherit(Mine, io.Transport)`, then the methods `connect`, `send` and `disconnect`.
 *
 * @module
 */
import { frame, HEARTBEAT, JSON_TEXT, textOf } from '../../lib/protocol/frames.js';
import { escapeUnit, Json } from './json.js';
import { platform } from './platform.js';
import { later, merge } from './util.js';

/** Options of one transport, in `options.transportOptions[type]`. */
export interface TransportOptions {
  /**
   * Milliseconds without progress after which the connection counts as lost: without incoming
   * data, and for a POST without a response; 0 means never. Bytes of an unfinished message count
   * where the browser reports them: not with htmlfile, jsonp-polling and received WebSocket frames.
   *
   * @default 15000, polling transports 25000
   */
  timeout?: number;
}

/** The part of `Socket` that a transport uses. */
export interface Base {
  host: string;
  options: {
    secure: boolean;
    port: number | string;
    resource: string;
  };
  queueStack: unknown[];
  queue(message: unknown): unknown;
  isXDomain(): boolean;
  onConnect(): void;
  _onMessage(message: unknown): void;
  onDisconnect(): void;
  emit(name: string, args?: readonly unknown[]): unknown;
}

/** The constructor of a transport, with its two feature tests. */
export interface TransportType {
  new (base: Base, options?: TransportOptions): Transport;
  /** True if the browser supports the transport. */
  check(): boolean;
  /** True if the transport can reach another origin. */
  xdomainCheck(): boolean;
}

/** How a connection is closed. */
export const CloseKind = {
  /** The connection was lost, or counts as lost. */
  LOST: 0,
  /** This side closes it, and notifies the server. */
  LOCAL: 1,
  /** The page is being unloaded: the server must be notified synchronously. */
  UNLOADED: 2,
} as const;
export type CloseKind = (typeof CloseKind)[keyof typeof CloseKind];

/** A lone surrogate has no UTF-8 encoding, so neither a request nor a frame can carry it. */
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|([^\ud800-\udbff]|^)[\udc00-\udfff]/;
const NOT_ASCII = /[^ -~]/g;

export abstract class Transport {
  base: Base;
  options: { timeout: number };
  /** The name in `options.transports`. */
  declare type: string;
  declare connected: boolean | undefined;
  /** The session's id; set before `connect` is emitted. */
  declare sessionid: string | null | undefined;
  /** The timer that detects a lost connection. */
  declare timeout: unknown;
  /** The default of `options.timeout`. */
  declare _defaultTimeout: number;
  /** The scheme of its URLs without TLS. */
  declare _scheme: string;
  /** The longest payload with several messages, in UTF-16 code units. */
  declare _maxLength: number;
  /** Matches text that this transport cannot carry unchanged. */
  declare _unsafe: RegExp;

  /**
   * How long a connection failure is not acted upon, in milliseconds, with transports whose
   * connections some browsers abort just before they unload the page.
   */
  declare _unloadDelay: number | undefined;
  /** An event handler that closes the transport because its connection was lost. */
  _onLost: () => void;
  /** True when the connection has closed; later events of it are ignored. */
  declare _isClosed: boolean | undefined;
  /** The messages of the last payload that was sent. */
  declare _batch: unknown[];

  constructor(base: Base, options?: TransportOptions) {
    this.base = base;
    merge((this.options = { timeout: this._defaultTimeout }), options);
    this._onLost = () => {
      if (!this.connected || !this._unloadDelay) return this.onDisconnect();
      // If the page is being unloaded, a close request is still to be sent.
      this._hold();
      later(() => this.onDisconnect(), this._unloadDelay);
    };
  }

  /** Opens the connection; if `sessionid` is set, resumes that session. */
  abstract connect(): this;

  /** Sends a message, or several in an array. */
  abstract send(data: unknown): this;

  /** Closes the connection and the session. */
  disconnect(): this {
    this._end(CloseKind.LOCAL);
    this.base.onDisconnect();
    return this;
  }

  /** Encodes a message, or several in an array, into a payload. */
  encode(messages: unknown): string {
    const list = ([] as unknown[]).concat(messages);
    let payload = '';
    for (let i = 0; i < list.length; i++) payload += frame(this._escape(textOf(list[i])));
    return payload;
  }

  /**
   * Removes the first messages of a list, and returns a payload of them that the server accepts.
   */
  _takePayload(messages: unknown[]): string {
    let payload = '';
    let next;
    let i = 0;
    for (; i < messages.length; i++) {
      try {
        next = this.encode([messages[i]]);
      } catch (err) {
        messages.splice(i, 1); // it has no JSON, and would fail each time
        throw err;
      }
      if (i && payload.length + next.length > this._maxLength) break;
      payload += next;
    }
    this._batch = messages.splice(0, i);
    return payload;
  }

  /**
   * Splits a payload into the texts of its messages: the same as `decode` of lib/protocol/frames.ts,
   * but shorter, at the price of speed.
   */
  decode(payload: string): string[] {
    const header = /~m~(\d+)~m~/g;
    const texts: string[] = [];
    let at = 0;
    let found = header.exec(payload);
    while (found && found.index === at) {
      at = header.lastIndex;
      texts.push(payload.substring(at, (at = header.lastIndex += +found[1]!)));
      found = header.exec(payload);
    }
    return texts;
  }

  /** Called with each payload of the server. */
  onData(payload: string): void {
    if (this._isClosed) return;
    this.setTimeout();
    const texts = this.decode(payload);
    for (let i = 0; i < texts.length && !this._isClosed; i++) this.onMessage(texts[i]!);
  }

  /** Restarts the timeout that detects a lost connection. */
  setTimeout(): void {
    if (this._isClosed) return;
    platform.clearTimeout(this.timeout);
    this.timeout = later(() => this.onTimeout(), this.options.timeout || Infinity);
  }

  /** Called when there was no progress for `options.timeout`. */
  onTimeout(): void {
    this.onDisconnect();
  }

  /** Called with the text of each message; the first one of a new session is its id. */
  onMessage(text: string): void {
    if (!this.sessionid) {
      this.sessionid = text;
      return this.onConnect();
    }
    if (!this.connected) this.onConnect();
    const kind = text.slice(0, 3);
    if (kind === HEARTBEAT) return this.onHeartbeat(text.slice(3));
    let value: unknown = text;
    if (kind === JSON_TEXT) {
      try {
        value = Json.parse(text.slice(3));
      } catch {
        value = {}; // the same as on the server, and as in 0.6.4 and later
      }
    }
    this.base._onMessage(value);
  }

  /** Echoes a heartbeat. It is a `String` object because the codec escapes such a primitive. */
  onHeartbeat(heartbeat: string): void {
    this.send(Object(HEARTBEAT + heartbeat));
  }

  /** Called when the session is established or resumed. */
  onConnect(): void {
    this.connected = true;
    this.setTimeout();
    this.base.onConnect();
  }

  /** Called when the connection has closed or could not be opened. */
  onDisconnect(): void {
    if (this._isClosed) return;
    this._end(CloseKind.LOST);
    this.base.onDisconnect();
  }

  /** The URL of the session, or of a new session. */
  prepareUrl(): string {
    const options = this.base.options;
    return (
      this._scheme +
      (options.secure ? 's' : '') +
      '://' +
      this.base.host +
      ':' +
      options.port +
      '/' +
      options.resource +
      '/' +
      this.type +
      '/' +
      (this.sessionid || '')
    );
  }

  /**
   * A URL of the session. For a new session, `rest` is a query: after the empty session id, a path
   * would begin with two slashes, which proxies merge.
   */
  _url(rest: string | number): string {
    return this.prepareUrl() + (this.sessionid ? '/' : '?') + rest;
  }

  /**
   * Closes the connection; the only function that does. It can be called again if the browser
   * aborted the script in the middle of it.
   */
  _end(kind: CloseKind): void {
    if (this._isClosed && !this.connected) return;
    this._isClosed = true;
    platform.clearTimeout(this.timeout);
    this._close(kind);
    this.connected = false;
  }

  /** The page may be about to be unloaded. */
  _hold(): void {}

  /** Releases the resources of the connection. */
  _close(_kind: CloseKind): void {}

  /** The text of a message in a form that this transport can carry: as ASCII JSON if needed. */
  _escape(text: string): string {
    if (!this._unsafe.test(text)) return text;
    const json = text.slice(0, 3) === JSON_TEXT ? text : JSON_TEXT + Json.stringify(text);
    return json.replace(NOT_ASCII, escapeUnit);
  }
}

/** One and a half times the server's default heartbeat interval of 10 s. */
Transport.prototype._defaultTimeout = 15000;
Transport.prototype._unsafe = LONE_SURROGATE;
Transport.prototype._scheme = 'http';
/**
 * The shortest message takes seven code units, so a payload holds at most 10,000 messages, the
 * server's default `maxMessages`. Its percent-encoded form is far below the default `maxPayload`.
 */
Transport.prototype._maxLength = 70000;

/** The registered transports: `io.Transport[type]`. */
export const transports: Record<string, TransportType | undefined> = Transport as unknown as Record<
  string,
  TransportType | undefined
>;

/** The names of the built-in transports, in the order in which they are tried. */
export const order: string[] = [];

/** Registers transports under their names. */
export function registerTransports(types: readonly (TransportType | undefined)[]): void {
  for (let i = 0; i < types.length; i++) {
    const name = types[i]!.prototype.type;
    transports[name] = types[i];
    order.push(name);
  }
}
