/** The options of `io.Socket`. @module */
import { pageLocation, platform } from './platform.js';
import type { CookieJar } from './remembered-transport.js';
import { order, type TransportOptions } from './transport.js';
import { merge } from './util.js';

/** The options of `new io.Socket(host, options)`; all times are in milliseconds. */
export interface SocketOptions {
  /** Whether to connect over TLS. @default true on `https:` pages */
  secure?: boolean;
  /** The document that holds the cookie of `rememberTransport`. @default the page's document */
  document?: CookieJar;
  /** The server's port. @default the port of the page */
  port?: number | string;
  /** The server's `resource`: the first part of every path. @default 'socket.io' */
  resource?: string;
  /** The transports to try, in this order. @default all that this client has */
  transports?: string[];
  /** Options of single transports, by transport name. */
  transportOptions?: Record<string, TransportOptions>;
  /** How long a transport may take to connect; 0 means no limit of ours. @default 5000 */
  connectTimeout?: number;
  /** Whether to try the next transport when one does not connect. @default true */
  tryTransportsOnConnectTimeout?: boolean;
  /** Whether to reconnect when the connection is lost. @default true */
  reconnect?: boolean;
  /** The delay before the first attempt; doubles with each attempt, up to 60000. @default 500 */
  reconnectionDelay?: number;
  /** The number of failed attempts after which reconnecting ends. @default 10 */
  maxReconnectionAttempts?: number;
  /** Whether to store the transport that worked in a cookie and try it first. @default true */
  rememberTransport?: boolean;
}

/** `SocketOptions` with the defaults filled in. */
export type FullSocketOptions = Required<Omit<SocketOptions, 'document'>> & {
  document: CookieJar | undefined;
};

/** Fills in the defaults. Does not modify the caller's object. */
export function withDefaults(options?: SocketOptions): FullSocketOptions {
  const page = pageLocation();
  const full: FullSocketOptions = {
    secure: page.protocol === 'https:',
    document: platform.document as CookieJar | undefined,
    port: '',
    resource: 'socket.io',
    transports: order.concat(),
    transportOptions: {},
    connectTimeout: 5000,
    tryTransportsOnConnectTimeout: true,
    reconnect: true,
    reconnectionDelay: 500,
    maxReconnectionAttempts: 10,
    rememberTransport: true,
  };
  merge(full, options);
  full.port = full.port || page.port || (full.secure ? 443 : 80);
  return full;
}
