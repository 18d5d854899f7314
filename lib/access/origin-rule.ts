/**
 * The entries of the `origins` option, and the origins that they match.
 *
 * @module
 */
import { printable } from '../util/log.js';

/** An origin, or an entry: then each part may be `*`. */
interface Parts {
  /** With its colon. */
  readonly scheme: string;
  /** In ASCII. In an entry, `.example.com` matches all hosts below `example.com`. */
  readonly host: string;
  readonly port: string;
}

/** An entry of the rule. */
export interface Entry extends Parts {
  /** The entry as `HOST:PORT`, for the Flash policy. */
  readonly text: string;
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };
/** Pages have the schemes of HTTP; entries and old clients may name those of WebSockets. */
const PAGE_SCHEMES: Readonly<Record<string, string>> = { 'ws:': 'http:', 'wss:': 'https:' };

const SCHEME = /^([a-z][a-z\d+.-]*:|\*:)\/\//;
/** `SCHEME://HOST[:PORT]`, without user info and path. */
const ORIGIN = /^[a-z][a-z\d+.-]*:\/\/[^\s/?#@\\]+\/?$/i;

const pageScheme = (scheme: string): string => PAGE_SCHEMES[scheme] ?? scheme;

/** Parses the origin in a header; null if it is not one. */
export function parseOrigin(text: string): Parts | null {
  if (!ORIGIN.test(text) || !URL.canParse(text)) return null;
  const { hostname, port, protocol } = new URL(text);
  const scheme = pageScheme(protocol);
  return { scheme, host: hostname, port: port || (DEFAULT_PORTS[scheme] ?? '') };
}

/** The origin of a URL, for example of a Referer; null if it has none. */
export function originOfUrl(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { protocol, host } = new URL(url);
  return host === '' ? null : `${protocol}//${host}`;
}

/** True if an entry matches an origin. */
export function matches(entry: Entry, { scheme, host, port }: Parts): boolean {
  return (
    (entry.scheme === '*' || entry.scheme === scheme) &&
    (entry.host === '*' ||
      entry.host === host ||
      (entry.host.startsWith('.') && host.endsWith(entry.host))) &&
    (entry.port === '*' || entry.port === port)
  );
}

function invalid(entry: string, reason: string): TypeError {
  const got = printable(entry);
  return new TypeError(
    `Expected each entry of \`origins\` to be like 'example.com:*' or 'https://example.com', got '${got}': ${reason}`,
  );
}

/**
 * Parses an entry: `HOST`, `HOST:PORT`, `SCHEME://HOST` or `SCHEME://HOST:PORT`. Host and port may
 * be `*`, and a host may begin with `*.`.
 *
 * @throws {TypeError} If no page can match it.
 */
export function parseEntry(entry: string): Entry {
  const lower = entry.toLowerCase();
  if (lower === 'null') {
    throw invalid(entry, "any page can have the origin null; '*:*' allows all pages");
  }
  const found = SCHEME.exec(lower)?.[1];
  const scheme = found === undefined || found === '*:' ? '*' : pageScheme(found);
  // Of a URL, only the origin is used.
  const rest = found === undefined ? lower : lower.slice(found.length + 2).replace(/[/?#].*$/s, '');
  const colon = rest.lastIndexOf(':');
  // A colon inside brackets belongs to an IPv6 address.
  const end = colon > rest.lastIndexOf(']') ? colon : rest.length;
  const written = rest.slice(end + 1);
  if (found !== undefined && end === 0) throw invalid(entry, 'it has no host');
  const host = parseHost(entry, rest.slice(0, end));
  const isPort = written === '' || written === '*' || /^\d{1,5}$/.test(written);
  if (!isPort || Number(written) > 65_535) throw invalid(entry, 'its port is not a port or *');
  const port = written === '' ? '*' : written.replace(/^0+(?=\d)/, '');
  return {
    scheme,
    host: host.replace(/^\*\./, '.'),
    port: written === '' && scheme !== '*' ? (DEFAULT_PORTS[scheme] ?? '*') : port,
    text: `${host}:${port}`,
  };
}

/** The host of an entry as browsers write it: in ASCII, with `*.` in front if the entry has it. */
function parseHost(entry: string, text: string): string {
  if (text === '' || text === '*') return '*';
  const [, prefix = '', host = ''] = /^(\*\.)?(.*)$/s.exec(text) ?? [];
  if (host.includes('*')) throw invalid(entry, 'a host may only begin with *.');
  // The parser of URLs converts names in other scripts to ASCII.
  const url = /[\s/?#@\\]/.test(host) || !URL.canParse(`http://${host}`) ? null : `http://${host}`;
  if (url === null) throw invalid(entry, 'its host is not a host name');
  return prefix + new URL(url).hostname;
}
