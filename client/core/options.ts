/** The options of `io.Socket`. @module */
import { root } from './platform.js';
import type { CookieJar } from './remembered-transport.js';
import { order, type TransportOptions } from './transport.js';
import { merge } from './util.js';

/** What `new io.Socket(host, options)` takes; all times are in milliseconds. */
export interface SocketOptions {
  /** Whether to connect by TLS. @default true on `https:` pages */
  secure?: boolean;
  /** Where the cookie of `rememberTransport` is kept. @default the page's document */
  document?: CookieJar;
  /** The server's port. @default the page's */
  port?: number | string;
  /** The server's `resource`. @default 'socket.io' */
  resource?: string;
  /** What to try, in this order. */
  transports?: string[];
  /** Options for each transport, by its name. */
  transportOptions?: Record<string, TransportOptions>;
  /** How long a transport has to connect; 0 leaves it to the network. @default 5000 */
  connectTimeout?: number;
  /** Whether to try the other transports when one does not connect. @default true */
  tryTransportsOnConnectTimeout?: boolean;
  /** Whether to reconnect when the connection is lost. @default true */
  reconnect?: boolean;
  /** The delay before the first attempt; it doubles with each, up to a minute. @default 500 */
  reconnectionDelay?: number;
  /** After how many attempts to give up. @default 10 */
  maxReconnectionAttempts?: number;
  /** Whether to begin next time with the transport that worked, by a cookie. @default true */
  rememberTransport?: boolean;
}

/** `SocketOptions` with the defaults filled in. */
export type FullSocketOptions = Required<Omit<SocketOptions, 'document'>> & {
  document: CookieJar | undefined;
};

/** Fills in the defaults; the caller's object stays as it is. */
export function withDefaults(options?: SocketOptions): FullSocketOptions {
  const page = root.location;
  const full: FullSocketOptions = {
    secure: page.protocol === 'https:',
    document: root.document as CookieJar | undefined,
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
