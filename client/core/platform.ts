/**
 * The only door to the outside: timers, requests, sockets and the page.
 *
 * In a browser `root` is the global object itself; in Node it is a small object that offers the
 * same names. No other module of the core touches a global, so the session runs unchanged in a
 * page, a worker, Node, or a test with a made-up clock.
 *
 * @module
 */

/** What can be broken off. */
export interface Abortable {
  abort(): void;
}

/** What we use of `XMLHttpRequest`. */
export interface Xhr extends Abortable {
  readyState: number;
  status: number;
  responseText: string;
  withCredentials?: boolean;
  multipart?: boolean;
  onreadystatechange?: (() => void) | null;
  onload?: unknown;
  onerror?: unknown;
  open(method: string, url: string, isAsync?: boolean): void;
  send(body: string | null): void;
}

/** What we use of `WebSocket`. */
export interface WebSocketLike {
  readyState: number;
  onopen: unknown;
  onmessage: unknown;
  onclose: unknown;
  onerror: unknown;
  send(data: string): void;
  close(): void;
}

/** What we use of `EventSource`. */
export interface EventSourceLike {
  onopen: unknown;
  onmessage: unknown;
  onerror: unknown;
  close(): void;
}

/** What we use of a streamed `Response`. */
export interface StreamedResponse {
  ok: boolean;
  body: {
    getReader(): {
      read(): PromiseLike<{ done: boolean; value?: unknown }>;
    };
  };
}

/** What we use of a window or an element that tells of events; the second is Internet Explorer's. */
export interface EventTargetLike {
  addEventListener?(name: string, fn: () => void, capture: boolean): void;
  attachEvent?(name: string, fn: () => void): void;
}

/** The names a platform offers; what is missing switches off the transports that need it. */
export interface Platform extends EventTargetLike {
  setTimeout(callback: () => void, delay: number): unknown;
  clearTimeout(timer: unknown): void;
  /** Where the page is from; empty texts where there is none. */
  location: { protocol: string; hostname: string; port: string };
  /** A `Document`; typed by the modules that need a page. */
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
 * The platform in use: the browser's global object, until another one is chosen. There is neither
 * where somebody only loads the script, say to look at its version.
 */
export let root: Platform = typeof self === 'undefined' ? ({ navigator: {} } as Platform) : self;

/** Chooses another platform, before the first `Socket`. */
export function usePlatform(platform: Platform): void {
  root = platform;
}

/** For handlers that must be functions and must do nothing. */
export function noop(): void {}
