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

/** The remembered transport, or an empty string. */
export function recall(options: Memory): string {
  try {
    const cookie = options.rememberTransport && options.document!.cookie;
    return decodeURIComponent(/(?:^|;)\s*socketio=([^;]*)/.exec(cookie as string)![1]!);
  } catch {
    return ''; // nothing to be remembered, no cookies here, or one that is not ours
  }
}

/** Remembers a transport; an empty `type` forgets it. */
export function remember(options: Memory, type: string): void {
  try {
    if (options.rememberTransport) {
      options.document!.cookie =
        'socketio=' + encodeURIComponent(type) + '; SameSite=Lax' + (type ? '' : '; Max-Age=0');
    }
  } catch {
    // no document, or a sandbox without cookies: nothing to remember then
  }
}
