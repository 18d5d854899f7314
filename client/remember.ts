/**
 * Which transport worked last time, kept in a session cookie as client 0.6 keeps it.
 *
 * @module
 */

/** Where cookies are: a `Document`, or whatever stands in for one. */
export interface CookieJar {
  cookie: string;
}

/** The remembered transport, or an empty string. */
export function recall(jar: CookieJar | undefined): string {
  try {
    const match = jar!.cookie.match(/(?:^|;)\s*socketio=([^;]*)/);
    return match ? decodeURIComponent(match[1]!) : '';
  } catch {
    return ''; // no document, a sandbox without cookies, or a cookie that is not ours
  }
}

/** Remembers a transport; an empty `type` forgets it. */
export function remember(jar: CookieJar | undefined, type: string): void {
  try {
    jar!.cookie =
      'socketio=' +
      encodeURIComponent(type) +
      '; SameSite=Lax' +
      (type ? '' : '; expires=Thu, 01 Jan 1970 00:00:00 GMT');
  } catch {
    // no document, or a sandbox without cookies: nothing to remember then
  }
}
