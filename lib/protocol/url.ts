/** The parts of a path below the resource. */
export interface Route {
  /** The whole path, without the query. */
  readonly path: string;
  readonly transport: string;
  /** Empty in a request for a new session. */
  readonly sessionId: string;
  /** What follows the session id: `send`, `close`, or a time that defeats caches. */
  readonly rest: string;
}

/**
 * Parses `TRANSPORT/SID/REST`, from `start` in the URL to its query.
 *
 * @example parseRoute('/socket.io/xhr-polling/42/send?x', 11)
 * // { path: 'xhr-polling/42/send', transport: 'xhr-polling', sessionId: '42', rest: 'send' }
 */
export function parseRoute(url: string, start: number): Route {
  const query = url.indexOf('?', start);
  const path = url.slice(start, query < 0 ? url.length : query);
  const first = path.indexOf('/');
  if (first < 0) return { path, transport: path, sessionId: '', rest: '' };
  const second = path.indexOf('/', first + 1);
  const end = second < 0 ? path.length : second;
  return {
    path,
    transport: path.slice(0, first),
    sessionId: path.slice(first + 1, end),
    rest: path.slice(end + 1),
  };
}

/** The path and query of a URL, which a proxy may send in absolute form (RFC 9112, section 3.2.2). */
export function requestPath(url: string): string {
  if (url.startsWith('/') || !URL.canParse(url)) return url;
  const { pathname, search } = new URL(url);
  return pathname + search;
}
