/**
 * The `origins` rule: which pages may use this server. Each request is decided once, by
 * {@link Origins.decide}; everything after that reads the decision.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http';
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

/** What the `origins` rule says about one request. */
export interface OriginDecision {
  /** The page that sent the request may use this server; a request without a page may too. */
  readonly isAllowed: boolean;
  /** The request has an Origin header, and the rule allows it: answers name it in CORS headers. */
  readonly isOriginAllowed: boolean;
}

const ALLOWED: OriginDecision = Object.freeze({ isAllowed: true, isOriginAllowed: false });
const ALLOWED_ORIGIN: OriginDecision = Object.freeze({ isAllowed: true, isOriginAllowed: true });
const DENIED: OriginDecision = Object.freeze({ isAllowed: false, isOriginAllowed: false });

/** The session's side of the rule: the origin that it belongs to. */
export interface OriginBound {
  /** @internal The first allowed origin that used the session; null: none so far. */
  _origin: string | null;
}

/** `origins` as `HOST:PORT` texts, of which either side may be `*`. */
export class Origins {
  /** Everything is allowed, a missing Origin header included. */
  readonly any: boolean;
  /** The entries as `HOST:PORT`, for the Flash policy. */
  readonly entries: readonly string[];
  readonly #entries: readonly Entry[];

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
   * Decides about a request.
   *
   * Browsers send an Origin header with every upgrade, so that one without it is refused. Scripts,
   * frames and forms of other sites send plain requests without it: there Referer and
   * Sec-Fetch-Site count too, and a request with none of them is allowed.
   */
  decide(request: IncomingMessage, isUpgrade: boolean): OriginDecision {
    const { origin } = request.headers;
    if (origin !== undefined) return this.allows(origin) ? ALLOWED_ORIGIN : DENIED;
    if (this.any) return ALLOWED;
    if (isUpgrade) return DENIED;
    const page = requestOrigin(request);
    return page === undefined || this.allows(page) ? ALLOWED : DENIED;
  }

  /**
   * Binds a session to the first allowed origin that uses it, since browsers do not name
   * theirs in every request, or send `null`.
   *
   * @returns false if the session is bound to another allowed origin: its id has leaked. Only if
   *   `origins` is restricted; otherwise the origin means nothing.
   */
  bind(session: OriginBound, request: IncomingMessage, decision: OriginDecision): boolean {
    const { origin } = request.headers;
    if (this.any || origin === undefined || origin === 'null') return true;
    if (session._origin !== null) return session._origin === origin || !decision.isOriginAllowed;
    if (decision.isOriginAllowed) session._origin = origin;
    return true;
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
