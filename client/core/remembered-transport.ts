/**
 * The transport that worked last time, stored in a session cookie with the format of client 0.6.
 *
 * @module
 */

/** An object with cookies: a `Document`, or a substitute for one. */
export interface CookieJar {
  cookie: string;
}

/** The options that this module reads. */
export interface Memory {
  rememberTransport: boolean;
  document: CookieJar | undefined;
}

/**
 * Returns the remembered transport, or an empty string.
 *
 * @param type the transport to remember before that; an empty string clears the cookie.
 */
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
    // There is no document, cookies are disabled, or no transport is stored yet.
  }
  return '';
}
