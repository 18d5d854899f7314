/**
 * The parts of a URL that a client connects to.
 *
 * @module
 */

/** The parts of a URL. */
export interface Address {
  /** As in the URL: an IPv6 address has its brackets. */
  readonly host: string;
  /** Empty for the default port of the scheme. */
  readonly port: string;
  readonly secure: boolean;
  /** Sent with every request: empty, or with its question mark. */
  readonly query: string;
  /** `user:password` */
  readonly auth: string;
  /** The path prefix of the server; undefined if the URL has none. */
  readonly resource: string | undefined;
  /** The transport at the end of the path. */
  readonly transport: string | undefined;
  /** The path of a WebSocket URL, which is used unchanged. */
  readonly path: string | undefined;
}

const SCHEMES: Readonly<Record<string, { secure: boolean; isSocket: boolean } | undefined>> = {
  'http:': { secure: false, isSocket: false },
  'https:': { secure: true, isSocket: false },
  'ws:': { secure: false, isSocket: true },
  'wss:': { secure: true, isSocket: true },
};

function parse(text: string | URL): URL {
  try {
    return new URL(text);
  } catch (cause) {
    throw new TypeError(`Expected a URL, got ${JSON.stringify(text)}`, { cause });
  }
}

/**
 * Parses a URL.
 *
 * `http(s)://HOST:PORT/RESOURCE` is the address of a server and may end with a transport:
 * `/RESOURCE/xhr-polling`. `ws(s)://…` with a path is the address of the WebSocket itself.
 *
 * @param transports the transport names that a path may end with
 * @throws {TypeError} If `text` is not a URL, or has another scheme.
 */
export function parseAddress(text: string | URL, transports: readonly string[]): Address {
  const url = parse(text);
  const scheme = SCHEMES[url.protocol];
  if (!scheme) {
    throw new TypeError(`Expected a URL of http, https, ws or wss, got ${url.protocol}//…`);
  }
  const parts = url.pathname.split('/').filter((part) => part !== '');
  const last = parts.at(-1) ?? '';
  const transport = scheme.isSocket ? 'websocket' : transports.find((name) => name === last);
  if (last === transport) parts.pop();
  return {
    host: url.hostname,
    port: url.port,
    secure: scheme.secure,
    query: url.search,
    auth: credentials(url),
    resource: parts.length > 0 ? parts.join('/') : undefined,
    transport,
    path: scheme.isSocket && url.pathname !== '/' ? url.pathname : undefined,
  };
}

function credentials({ username, password }: URL): string {
  if (username === '' && password === '') return '';
  return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
}
