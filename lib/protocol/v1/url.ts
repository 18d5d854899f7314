/**
 * URLs of protocol 1, below the resource: `1/` and `1/TRANSPORT/SID`, each with a query.
 *
 * @module
 */

/** What a URL of protocol 1 means. */
export interface Address {
  /** The part before the first slash: `1`. */
  readonly version: string;
  /** Empty in a handshake, and possibly in a request with `?disconnect`. */
  readonly transport: string;
  /** Empty: a handshake. */
  readonly sessionId: string;
  /** What follows the question mark, still encoded. */
  readonly query: string;
}

/** Most parameters that {@link parseQuery} takes; further ones are ignored. */
const MAX_PARAMETERS = 1000;
/** The index of a callback: digits, no more than a number can have. */
const INDEX: RegExp = /^\d{1,15}$/;

/**
 * Takes the URL of a request apart, from `start`, where the resource and its slash end.
 *
 * @returns null if it has more than three parts, a slash at the end left aside
 * @example parseAddress('/socket.io/1/websocket/42?t=1', 11)
 * // { version: '1', transport: 'websocket', sessionId: '42', query: 't=1' }
 */
export function parseAddress(url: string, start: number): Address | null {
  const mark = url.indexOf('?', start);
  const end = mark < 0 ? url.length : mark;
  const first = nextSlash(url, start, end);
  const second = nextSlash(url, first + 1, end);
  const third = nextSlash(url, second + 1, end);
  if (third < end - 1) return null;
  return {
    version: url.slice(start, first),
    transport: url.slice(first + 1, second),
    sessionId: url.slice(second + 1, third),
    query: mark < 0 ? '' : url.slice(mark + 1),
  };
}

/** The next slash of the path, or its end. */
function nextSlash(url: string, from: number, end: number): number {
  const slash = url.indexOf('/', from);
  return slash < 0 || slash > end ? end : slash;
}

/**
 * The parameters of a query, decoded as a form: `+` is a blank, a name that occurs twice has a list,
 * a name without `=` the empty text. The record has no prototype, so any name is safe.
 *
 * @example parseQuery('a=1+2&b&c=x&c=y') // { a: '1 2', b: '', c: ['x', 'y'] }
 */
export function parseQuery(query: string): Record<string, string | string[]> {
  const found = Object.create(null) as Record<string, string | string[]>;
  let count = 0;
  for (const [name, value] of new URLSearchParams(query)) {
    if (++count > MAX_PARAMETERS) break;
    const before = found[name];
    if (before === undefined) found[name] = value;
    else if (typeof before === 'string') found[name] = [before, value];
    else before.push(value);
  }
  return found;
}

/**
 * The index of the callback that a script has to call, as it was given: `jsonp` of a handshake, `i`
 * of a poll.
 *
 * @returns null unless the parameter is 1 to 15 digits, once: everything else could inject script
 */
export function callbackIndex(value: string | readonly string[] | undefined): string | null {
  return typeof value === 'string' && INDEX.test(value) ? value : null;
}
