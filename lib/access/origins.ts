/**
 * The `origins` rule: which pages may talk to this server, and what CORS says of it.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http';
import { isSafeHeaderValue } from '../util/header.js';
import { printable } from '../util/log.js';

interface Entry {
  readonly host: string;
  readonly port: string;
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  'http:': '80',
  'ws:': '80',
  'https:': '443',
  'wss:': '443',
};

function parseEntry(text: string): Entry {
  const entry = text.trim().toLowerCase();
  const scheme = /^([a-z][a-z0-9+.-]*:)\/\//.exec(entry);
  if (scheme) {
    const url = new URL(entry);
    return { host: url.hostname, port: url.port || DEFAULT_PORTS[url.protocol] || '*' };
  }
  const colon = entry.lastIndexOf(':');
  // A colon inside brackets belongs to an IPv6 address.
  if (colon <= entry.lastIndexOf(']')) return { host: entry || '*', port: '*' };
  return { host: entry.slice(0, colon) || '*', port: entry.slice(colon + 1) || '*' };
}

/** `origins` as `HOST:PORT` texts, of which either side may be `*`. */
export class Origins {
  /** Everything is allowed, a missing Origin header included. */
  readonly any: boolean;
  /** The entries as `HOST:PORT`, for the Flash policy. */
  readonly entries: readonly string[];
  readonly #entries: readonly Entry[];
  /** The origins that sessions belong to. */
  readonly #owners = new WeakMap<object, string>();

  /** @throws {TypeError} If an entry looks like a URL and is none. */
  constructor(origins: string | readonly string[]) {
    const texts = typeof origins === 'string' ? origins.split(/[\s,]+/) : origins;
    this.#entries = texts.filter((text) => text !== '').map(parseEntry);
    this.any = this.#entries.some(({ host, port }) => host === '*' && port === '*');
    this.entries = this.#entries.map(({ host, port }) => `${host}:${port}`);
  }

  /** Decides about the value of an Origin header. */
  allows(origin: string | undefined): boolean {
    if (this.any) return true;
    if (!origin || !URL.canParse(origin)) return false;
    const { hostname, port, protocol, username, password } = new URL(origin);
    // No browser sends them; somebody wants to look like somebody else.
    if (username || password) return false;
    const actual = port || DEFAULT_PORTS[protocol];
    return this.#entries.some(
      (entry) =>
        (entry.host === '*' || entry.host === hostname) &&
        (entry.port === '*' || entry.port === actual),
    );
  }

  /**
   * False if `session` belongs to pages of another origin: somebody has its id who should not.
   * It belongs to the first allowed origin that uses it, since browsers do not name theirs in
   * every request, or say `null`. Only if `origins` is restricted: else they mean nothing.
   */
  bindOrigin(session: object, origin: string | undefined): boolean {
    if (this.any || origin === undefined || origin === 'null') return true;
    const owner = this.#owners.get(session);
    if (owner !== undefined) return owner === origin || !this.allows(origin);
    if (this.allows(origin)) this.#owners.set(session, origin);
    return true;
  }

  /** Decides about the page behind a request; a request of no page at all is allowed. */
  allowsRequest(request: IncomingMessage): boolean {
    if (this.any) return true;
    const page = requestOrigin(request);
    return page === undefined || this.allows(page);
  }
}

/**
 * What a request without an upgrade says of the page behind it. Scripts, frames and forms of
 * other sites come without an Origin header, so that Referer and what the browser itself says
 * count as well.
 *
 * @returns undefined if nothing speaks of another page: no browser, or a page of this very host
 */
function requestOrigin({ headers }: IncomingMessage): string | undefined {
  const { origin, referer, host } = headers;
  if (origin !== undefined) return origin;
  if (referer !== undefined) {
    const isOwn = URL.canParse(referer) && new URL(referer).host === host?.toLowerCase();
    return isOwn ? undefined : referer;
  }
  const site = headers['sec-fetch-site'];
  return site === 'cross-site' || site === 'same-site' ? 'null' : undefined;
}

/** The origin of the page behind a request, as a log may have it: of a Referer no more than that. */
export function shownOrigin(request: IncomingMessage): string | undefined {
  const page = requestOrigin(request);
  if (page === undefined || page === request.headers.origin) return page && printable(page);
  return URL.canParse(page) ? printable(new URL(page).origin) : 'null';
}

/** The line of the log for whoever wonders why a page gets no connection. */
export function originLogLine(request: IncomingMessage): string {
  const origin = shownOrigin(request);
  const who = origin === undefined ? 'a request without an origin' : `the origin ${origin}`;
  return `Refused ${who}, which \`origins\` does not allow`;
}

/** Header names and values in turn, as `writeHead` takes them fastest. */
export type HeaderList = string[];

/**
 * The CORS headers for a request that is allowed; none without an Origin header.
 *
 * Always names the origin, because browsers refuse `*` together with credentials (0.6.18
 * sent that). `Origin: null`, which anybody can have, gets `*` and never credentials.
 *
 * @param always grant credentials also without a cookie, as xhr-multipart did.
 */
export function corsHeaders(request: IncomingMessage, always = false): HeaderList {
  const { origin, cookie } = request.headers;
  if (!origin || !isSafeHeaderValue(origin)) return [];
  if (origin === 'null') return ['Access-Control-Allow-Origin', '*'];
  const headers = ['Access-Control-Allow-Origin', origin, 'Vary', 'Origin'];
  if (always || cookie) headers.push('Access-Control-Allow-Credentials', 'true');
  return headers;
}

/** The same as a record, for an answer that is not of a transport; none for other origins. */
export function corsRecord(origins: Origins, request: IncomingMessage): Record<string, string> {
  const list = origins.allows(request.headers.origin) ? corsHeaders(request, true) : [];
  const record: Record<string, string> = {};
  for (let i = 0; i + 1 < list.length; i += 2) record[String(list[i])] = String(list[i + 1]);
  return record;
}
