/** What an error means, and what to try. @module */

const MEANINGS: Readonly<Record<string, string | undefined>> = {
  ECONNREFUSED: 'Nobody listens there',
  ECONNRESET: 'The server hung up without an answer',
  ENOTFOUND: 'No host has that name',
  EAI_AGAIN: 'The name of the host cannot be looked up now',
  ETIMEDOUT: 'No answer',
  EPROTO: 'That is no TLS; try http:// or ws://',
  ERR_SSL_WRONG_VERSION_NUMBER: 'That is no TLS; try http:// or ws://',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'That is no TLS; try http:// or ws://',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'Its certificate is self-signed; try --ca FILE, or --insecure',
  SELF_SIGNED_CERT_IN_CHAIN: 'Its certificate is not trusted; try --ca FILE, or --insecure',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'Its certificate is not trusted; try --ca FILE, or --insecure',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Its certificate is for another host',
  CERT_HAS_EXPIRED: 'Its certificate has expired',
};

const STATUSES: Readonly<Record<string, string | undefined>> = {
  401: 'It does not let this client in; try --origin, or http://USER:PASSWORD@HOST',
  403: 'It does not let this client in; try --origin',
  404: 'Nothing of Socket.IO 0.6 is there; is the path right?',
  400: 'It does not understand; it may speak a later Socket.IO',
  426: 'It wants a WebSocket; try --transport websocket',
  503: 'It has as many clients as it may have',
};

/** The status in an error of ours, or of `ws`. */
function statusOf(error: Error & { statusCode?: unknown }): string | undefined {
  if (typeof error.statusCode === 'number') return String(error.statusCode);
  return /^Unexpected server response: (\d{3})$/.exec(error.message)?.[1];
}

/** One sentence for people. */
export function explain(error: unknown): { message: string; code: string | undefined } {
  if (!(error instanceof Error)) return { message: String(error), code: undefined };
  const { code } = error as NodeJS.ErrnoException;
  const status = statusOf(error);
  const meaning = status === undefined ? MEANINGS[code ?? ''] : STATUSES[status];
  const text = error.message || code || 'no connection';
  return { message: meaning === undefined ? text : `${meaning} (${text})`, code };
}
