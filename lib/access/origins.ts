/**
 * The `origins` rule: which pages may use this server. Each request is decided once, by
 * {@link Origins.decide}; everything after that reads the decision.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http';
import { printable } from '../util/log.js';
import { matches, originOfUrl, parseEntry, parseOrigin, type Entry } from './origin-rule.js';

/** The decision of the `origins` rule about one request. */
export interface OriginDecision {
  /** The page of the request may use this server. Also true for a request without a page. */
  readonly isAllowed: boolean;
  /** The request has an Origin header that the rule allows: CORS headers of responses name it. */
  readonly isOriginAllowed: boolean;
}

const ALLOWED: OriginDecision = Object.freeze({ isAllowed: true, isOriginAllowed: false });
const ALLOWED_ORIGIN: OriginDecision = Object.freeze({ isAllowed: true, isOriginAllowed: true });
const DENIED: OriginDecision = Object.freeze({ isAllowed: false, isOriginAllowed: false });

/** The part of a session that the rule uses: the origin to which the session belongs. */
export interface OriginBound {
  /** @internal The first allowed origin that used the session; null: none so far. */
  _origin: string | null;
}

/** The entries of `origins`, as text with blanks or commas between them, or as a list. */
export class Origins {
  /** True if all requests are allowed, including those without an Origin header. */
  readonly any: boolean;
  /** The entries as `HOST:PORT`, for the Flash policy. */
  readonly entries: readonly string[];
  readonly #entries: readonly Entry[];

  /** @throws {TypeError} If no page can match an entry. */
  constructor(origins: string | readonly string[]) {
    const list = typeof origins === 'string' ? [origins] : origins;
    const texts = list.flatMap((text) => text.split(/[\s,]+/)).filter((text) => text !== '');
    this.#entries = texts.map(parseEntry);
    this.any = this.#entries.some(
      ({ scheme, host, port }) => scheme === '*' && host === '*' && port === '*',
    );
    this.entries = this.#entries.map(({ text }) => text);
  }

  /** True if the rule allows the value of an Origin header. */
  allows(origin: string | undefined): boolean {
    if (this.any) return true;
    const parts = origin ? parseOrigin(origin) : null;
    return parts !== null && this.#entries.some((entry) => matches(entry, parts));
  }

  /**
   * Decides about a request.
   *
   * Browsers send an Origin header with every upgrade, so an upgrade without it is refused.
   * Scripts, frames and forms of other sites send plain requests without it, so Referer and
   * Sec-Fetch-Site are checked too. A request with none of these headers is allowed,
   * unless pages of other origins can read its response.
   *
   * @param isReadable true if the response is a script, which every page can read
   */
  decide(request: IncomingMessage, isUpgrade: boolean, isReadable = false): OriginDecision {
    const origin = originHeader(request);
    if (origin !== undefined) return this.allows(origin) ? ALLOWED_ORIGIN : DENIED;
    if (this.any) return ALLOWED;
    if (isUpgrade) return DENIED;
    const { referer, host = '', 'sec-fetch-site': site } = request.headers;
    if (referer !== undefined) return this.#decideUrl(referer);
    switch (site) {
      case undefined:
        return isReadable ? DENIED : ALLOWED;
      case 'none':
        return ALLOWED;
      case 'same-origin':
        // Any site can register a name for our address (DNS rebinding): the name must be allowed.
        return this.allows(`http://${host}`) ? ALLOWED : this.#decideUrl(`https://${host}`);
      default:
        return DENIED;
    }
  }

  /**
   * Binds a session to the first allowed origin that uses it. Browsers omit the origin in some
   * requests, or send `null`.
   *
   * @returns false if the session is bound to another allowed origin: its id has leaked. Always
   *   true if `origins` is not restricted, because the origin does not matter then.
   */
  bind(session: OriginBound, request: IncomingMessage, decision: OriginDecision): boolean {
    const origin = originHeader(request);
    if (this.any || origin === undefined || origin === 'null') return true;
    if (session._origin !== null) return session._origin === origin || !decision.isOriginAllowed;
    if (decision.isOriginAllowed) session._origin = origin;
    return true;
  }

  #decideUrl(url: string): OriginDecision {
    return this.allows(originOfUrl(url) ?? 'null') ? ALLOWED : DENIED;
  }
}

/** The origin that a request names. Version 8 of the WebSocket protocol uses its own header. */
export function originHeader({ headers }: IncomingMessage): string | undefined {
  const { origin, upgrade, 'sec-websocket-origin': origin8 } = headers;
  if (origin !== undefined || upgrade === undefined) return origin;
  return typeof origin8 === 'string' ? origin8 : undefined;
}

/** The origin of the page that sent a request, safe to log. A Referer is reduced to its origin. */
export function shownOrigin(request: IncomingMessage): string | undefined {
  const origin = originHeader(request);
  if (origin !== undefined) return origin && printable(origin);
  const { referer, host = '', 'sec-fetch-site': site } = request.headers;
  if (referer !== undefined) return printable(originOfUrl(referer) ?? 'null');
  if (site === 'same-origin') return printable(host);
  return site === 'cross-site' || site === 'same-site' ? 'null' : undefined;
}

function subject(request: IncomingMessage): string {
  const origin = shownOrigin(request);
  return origin === undefined ? 'a request without an origin' : `the origin ${origin}`;
}

/** The log line about a refused request. */
export function originLogLine(request: IncomingMessage): string {
  return `Refused ${subject(request)}, which \`origins\` does not allow`;
}

/** The log line about a request whose page cannot read the response. */
export function unreadableLogLine(request: IncomingMessage): string {
  return `Hid the response from ${subject(request)}, which \`origins\` does not allow`;
}

/**
 * True if a request that is not allowed is an upgrade, or a GET or HEAD that the browser considers to be
 * same-origin: its page could read the response. All other responses are hidden, as in 0.6.
 *
 * @param isReadable whether pages of all origins can read the responses of the transport
 */
export function mustRefuse(
  request: IncomingMessage,
  isUpgrade: boolean,
  isReadable: boolean,
  { isAllowed }: OriginDecision,
): boolean {
  if (isAllowed) return false;
  if (isUpgrade) return true;
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  return isRead && originHeader(request) === undefined && !isReadable;
}
