/**
 * Which transport worked last time, kept in a session cookie as client 0.6 keeps it.
 *
 * @module
 */

/** Where cookies are: a `Document`, or whatever stands in for one. */
export interface CookieJar {
  cookie: string;
}

/** The options that this is about. */
export interface Memory {
  rememberTransport: boolean;
  document: CookieJar | undefined;
}

/** The remembered transport, or an empty text; a `type` is remembered first, an empty one forgets. */
export function remembered(options: Memory, type?: string): string {
  try {
    if (options.rememberTransport) {
      const jar = options.document!;
      if (type !== undefined) {
        jar.cookie = 'socketio=' + type + '; SameSite=Lax';
      }
      return /(^|; *)socketio=([^;]*)/.exec(jar.cookie)![2]!;
    }
  } catch {
    // no document, a sandbox without cookies, or nothing remembered yet
  }
  return '';
}
