/**
 * The platform interface: timers, requests, sockets and the page.
 *
 * In a browser `platform` is the global object; in Node it is a small object with the same names.
 * No other module of the core uses a global, so the same code runs in a page, in a worker, in Node,
 * and in a test with a fake clock.
 *
 * `platform` is the one module variable of the core that can be reassigned. It exists once per
 * process because a process has one set of globals; passing it to every object would not fit into
 * the size limit of the browser client.
 *
 * @module
 */

/** An operation that can be aborted. */
export interface Abortable {
  abort(): void;
}

/** The part of `XMLHttpRequest` that we use. */
export interface Xhr extends Abortable {
  readyState: number;
  status: number;
  responseText: string;
  withCredentials?: boolean;
  multipart?: boolean;
  onreadystatechange?: (() => void) | null;
  onload?: unknown;
  onerror?: unknown;
  upload?: { onprogress: unknown };
  open(method: string, url: string, isAsync?: boolean): void;
  send(body: string | null): void;
}

/** The part of `WebSocket` that we use. */
export interface WebSocketLike {
  readyState: number;
  bufferedAmount?: number;
  onopen: unknown;
  onmessage: unknown;
  onclose: unknown;
  onerror: unknown;
  send(data: string): void;
  close(code?: number): void;
}

/** The part of `EventSource` that we use. */
export interface EventSourceLike {
  onopen: unknown;
  onmessage: unknown;
  onerror: unknown;
  close(): void;
}

/** The part of a streamed `Response` that we use. */
export interface StreamedResponse {
  ok: boolean;
  body: {
    getReader(): {
      read(): PromiseLike<{ done: boolean; value?: unknown }>;
    };
  };
}

/** The part of a DOM event target that we use; `attachEvent` is Internet Explorer's. */
export interface EventTargetLike {
  addEventListener?(name: string, fn: () => void, capture: boolean): void;
  attachEvent?(name: string, fn: () => void): void;
}

/** The part of a page's location that we use. */
export interface Location {
  protocol: string;
  hostname: string;
  port: string;
}

/** The names that a platform offers. A missing one disables the transports that need it. */
export interface Platform extends EventTargetLike {
  setTimeout(callback: () => void, delay: number): unknown;
  clearTimeout(timer: unknown): void;
  /** The location of the page; missing or empty strings where there is no page. */
  location?: Location;
  /** The `Document`; the modules that need a page cast it. */
  document?: unknown;
  navigator: {
    userAgent?: string;
    vendor?: string;
    sendBeacon?(url: string, body: string): boolean;
  };
  WebSocket?: new (url: string) => WebSocketLike;
  EventSource?: new (url: string) => EventSourceLike;
  XMLHttpRequest?: new () => Xhr;
  ActiveXObject?: new (name: string) => unknown;
  Response?: { prototype: object };
  TextDecoder?: new () => { decode(bytes: unknown, options: { stream: boolean }): string };
  AbortController?: new () => Abortable & { signal: unknown };
  fetch?(url: string, options?: object): PromiseLike<StreamedResponse>;
}

declare const self: Platform | undefined;

/**
 * The platform in use: the browser's global object, unless `setPlatform` chose another one. A
 * program that only loads the script in Node, for instance to read its version, has neither.
 */
export let platform: Platform =
  typeof self === 'undefined' ? ({ navigator: {} } as Platform) : self;

/** Sets the platform. Must be called before the first `Socket` is created. */
export function setPlatform(chosen: Platform): void {
  platform = chosen;
}

/** The location of the page; empty where there is none, as in React Native. */
export function pageLocation(): Partial<Location> {
  return platform.location || {};
}

/** An event handler that does nothing. */
export function noop(): void {}
