/** What a path below the resource says. */
export interface Route {
  /** All of it, without the query. */
  readonly path: string;
  readonly transport: string;
  /** Empty: a new session is wanted. */
  readonly sessionId: string;
  /** What stands behind the session id: `send`, `close`, a time against caches. */
  readonly rest: string;
}

/**
 * Takes `TRANSPORT/SID/REST` apart, from `start` in the URL to its query.
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

/** Proxies may send the URL in absolute form (RFC 9112, section 3.2.2). */
export function requestPath(url: string): string {
  if (url.startsWith('/') || !URL.canParse(url)) return url;
  const { pathname, search } = new URL(url);
  return pathname + search;
}
