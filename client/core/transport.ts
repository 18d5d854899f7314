/**
 * What all transports share: framing, the session id, heartbeats and the watch for a dead link.
 *
 * One `Transport` is one connection and is never used twice. Pages may bring their own, written
 * as in 2011: `io.util.inherit(Mine, io.Transport)`, then `connect`, `send` and `disconnect`.
 *
 * @module
 */
import { decode, encode, frame, HEARTBEAT, JSON_TEXT } from '../../lib/protocol/frames.js';
import { escapeUnit, Json } from './json.js';
import { root } from './platform.js';
import { merge, stamp } from './util.js';

/** Options of one transport, in `options.transportOptions[type]`. */
export interface TransportOptions {
  /**
   * Milliseconds of silence after which the link is taken for dead; with jsonp-polling also the
   * longest that a POST may take.
   *
   * @default 15000, polling transports 25000
   */
  timeout?: number;
}

/** What a transport needs of its `Socket`. */
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

/** A transport's constructor with its two questions to the browser. */
export interface TransportType {
  new (base: Base, options?: TransportOptions): Transport;
  /** Can this browser do it? */
  check(): boolean;
  /** Can it reach another origin? */
  xdomainCheck(): boolean;
}

/** How a connection ends. */
export const Ending = {
  /** The link is gone, or is taken for gone. */
  LOST: 0,
  /** We leave, and tell the server so. */
  LEFT: 1,
  /** The page leaves: what is to be said must be said in this turn. */
  UNLOADED: 2,
} as const;
export type Ending = (typeof Ending)[keyof typeof Ending];

/** A lone surrogate has no UTF-8, so no request and no frame can carry it as it is. */
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
  /** The timer of the watch for a dead link. */
  declare timeout: unknown;
  declare _silence: number;
  /** Matches what would not arrive as it is. */
  declare _fragile: RegExp;
  /** `onDisconnect` as a listener. */
  _lost: () => void;
  /** No event of this connection counts any more. */
  declare _isOver: boolean | undefined;

  constructor(base: Base, options?: TransportOptions) {
    this.base = base;
    this.options = { timeout: this._silence };
    merge(this.options, options);
    this._lost = () => this.onDisconnect();
  }

  /** Opens the connection; with a `sessionid`, asks for that session again. */
  abstract connect(): this;

  /** Sends a message, or several in an array. */
  abstract send(data: unknown): this;

  /** Closes the connection for good. */
  disconnect(): this {
    this._end(Ending.LEFT);
    this.base.onDisconnect();
    return this;
  }

  /** Encodes a message, or several in an array, into a payload. */
  encode(messages: unknown): string {
    const texts = decode(encode(messages));
    let payload = '';
    for (let i = 0; i < texts.length; i++) payload += frame(this._portable(texts[i]!));
    return payload;
  }

  /** Splits a payload into the texts of its messages. */
  decode(payload: string): string[] {
    return decode(payload);
  }

  /** A payload arrived. */
  onData(payload: string): void {
    if (this._isOver) return;
    this.setTimeout();
    const texts = this.decode(payload);
    for (let i = 0; i < texts.length && !this._isOver; i++) this.onMessage(texts[i]!);
  }

  /** (Re)starts the watch for a dead link. */
  setTimeout(): void {
    root.clearTimeout(this.timeout);
    this.timeout = root.setTimeout(() => this.onTimeout(), this.options.timeout);
  }

  onTimeout(): void {
    this.onDisconnect();
  }

  /** A message arrived; the first one of a new session is its id. */
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
        value = {}; // as the server does, and as clients of 0.6.4 and later expect
      }
    }
    this.base._onMessage(value);
  }

  /** Echoes a heartbeat: as an object, which the codec does not take for a text like one. */
  onHeartbeat(heartbeat: string): void {
    this.send(Object(HEARTBEAT + heartbeat));
  }

  /** The session is there, new or again. */
  onConnect(): void {
    this.connected = true;
    this.setTimeout();
    this.base.onConnect();
  }

  /** The connection is gone, or never came to be. */
  onDisconnect(): void {
    if (this._isOver) return;
    this._end(Ending.LOST);
    this.base.onDisconnect();
  }

  /** The address of the session, or of a new one. */
  prepareUrl(): string {
    const options = this.base.options;
    return (
      (options.secure ? 'https' : 'http') +
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

  /** The address for a request that is to be no other's. */
  _freshUrl(): string {
    return this.prepareUrl() + '/' + stamp();
  }

  /** The one way out of a connection, to the end of it if the browser broke it off on the way. */
  _end(how: Ending): void {
    if (this._isOver && !this.connected) return;
    this._isOver = true;
    root.clearTimeout(this.timeout);
    this._close(how);
    this.connected = false;
  }

  /** The page may be about to go. */
  _hold(): void {}

  /** Lets go of what the connection holds. */
  _close(_how: Ending): void {}

  /** The text of a message such that it arrives as it is: as JSON in ASCII, if need be. */
  _portable(text: string): string {
    if (!this._fragile.test(text)) return text;
    const json = text.slice(0, 3) === JSON_TEXT ? text : JSON_TEXT + Json.stringify(text);
    return json.replace(NOT_ASCII, escapeUnit);
  }
}

/** Based on the server's default heartbeat interval of 10 s. */
Transport.prototype._silence = 15000;
Transport.prototype._fragile = LONE_SURROGATE;

/** `io.Transport[type]`: where transports are plugged in. */
export const transports: Record<string, TransportType | undefined> = Transport as unknown as Record<
  string,
  TransportType | undefined
>;

/** The names of our transports, in the order in which they are tried. */
export const order: string[] = [];

/** Makes transports known by their names. */
export function plugIn(types: readonly (TransportType | undefined)[]): void {
  for (let i = 0; i < types.length; i++) {
    const name = types[i]!.prototype.type;
    transports[name] = types[i];
    order.push(name);
  }
}
