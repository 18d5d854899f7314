/**
 * The place: one segment of the path, which contains what a client with delivery has received and
 * sent.
 *
 *     c=ATTEMPT&a=RECEIVED&k=KEY&s=NUMBER&t=TIME
 *
 * All values are decimal, of at most 15 digits. The fields have any order; unknown ones are ignored.
 * The segment follows the session id, or `send` and `close`; only the index of a JSONP request
 * follows it. It is in the path because servers of 2011 ignore what follows an empty session id.
 *
 * @see PROTOCOL.md, "Delivery"
 * @module
 */

/** The fields of a place. */
export interface Place {
  /** `c`: the number of the attempt to open a connection, from 1 on. */
  readonly attempt: number;
  /** `a`: how many messages of the session the application of the client has been given. */
  readonly received: number;
  /** `k`: the key of the session; undefined in the request for a new one. */
  readonly key: number | undefined;
  /** `s`: the number of the first message of a POST. */
  readonly first: number | undefined;
  /** `p=1`: the connection is a probe, which does not replace another one yet. */
  readonly isProbe: boolean;
}

/** The names of the fields, and a value: 15 digits are a safe integer. */
const FIELD = /(?:^|&)([cakps])=(\d{1,15})(?![^&])/g;
/** What may follow the place: the number of a JSONP callback, and a slash. */
const INDEX = /^\d{0,15}$/;
/** The place itself, the index, and the empty segment after a slash at the end. */
const MOST_SEGMENTS = 3;

/** Reads a place segment; returns null if it is not one. The first of two fields of a name counts. */
export function parsePlace(segment: string): Place | null {
  const fields = new Map<string, number>();
  for (const [, name = '', digits] of segment.matchAll(FIELD)) {
    if (!fields.has(name)) fields.set(name, Number(digits));
  }
  const attempt = fields.get('c');
  const received = fields.get('a');
  if (!attempt || received === undefined) return null;
  return {
    attempt,
    received,
    key: fields.get('k'),
    first: fields.get('s'),
    isProbe: fields.get('p') === 1,
  };
}

/**
 * Finds and reads the place in a URL; returns null if there is none.
 *
 * @example placeOf('/socket.io/xhr-polling/42/send/c=1&a=0&k=7&s=1&t=5')
 * // { attempt: 1, received: 0, key: 7, first: 1, isProbe: false }
 */
export function placeOf(url: string): Place | null {
  const found = find(url);
  return found && parsePlace(url.slice(found.start, found.end));
}

/**
 * A URL without its place: for requests that an application reads. The copy does not keep the whole
 * URL in memory, as a substring would.
 *
 * @example cutPlace('/socket.io/websocket/42/c=2&a=0&k=7&t=5?x=1') // '/socket.io/websocket/42?x=1'
 */
export function cutPlace(url: string): string {
  const found = find(url);
  if (found === null) return url;
  const rest = url.slice(0, found.start - 1) + url.slice(found.end);
  return Buffer.from(rest, 'latin1').toString('latin1');
}

/** Where the segment is that may be the place; null if there is none. */
function find(url: string): { readonly start: number; readonly end: number } | null {
  const query = url.indexOf('?');
  let end = query < 0 ? url.length : query;
  for (let i = 0; i < MOST_SEGMENTS && end >= 0; i++) {
    const start = url.lastIndexOf('/', end - 1) + 1;
    const segment = url.slice(start, end);
    if (segment.includes('=')) return { start, end };
    if (start === 0 || !INDEX.test(segment)) return null;
    end = start - 1;
  }
  return null;
}

/** The rest of a path without its place, which contains the key: for logs. */
export function withoutPlace(rest: string): string {
  if (!rest.includes('=')) return rest;
  const segments = rest.split('/').map((segment) => (segment.includes('=') ? '…' : segment));
  return segments.join('/');
}
