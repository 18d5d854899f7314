/** Explains errors and suggests what to try. @module */

const MEANINGS: Readonly<Record<string, string | undefined>> = {
  ECONNREFUSED: 'No server listens at this address',
  ECONNRESET: 'The server closed the connection without a response',
  ENOTFOUND: 'Unknown host name',
  EAI_AGAIN: 'The host name cannot be resolved now',
  ETIMEDOUT: 'No response',
  EPROTO: 'The server does not use TLS; try http:// or ws://',
  ERR_SSL_WRONG_VERSION_NUMBER: 'The server does not use TLS; try http:// or ws://',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'The server does not use TLS; try http:// or ws://',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'The certificate is self-signed; try --ca FILE, or --insecure',
  SELF_SIGNED_CERT_IN_CHAIN: 'The certificate is not trusted; try --ca FILE, or --insecure',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'The certificate is not trusted; try --ca FILE, or --insecure',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate is for another host',
  CERT_HAS_EXPIRED: 'The certificate has expired',
};

const STATUSES: Readonly<Record<string, string | undefined>> = {
  401: 'The server rejects this client; try --origin, or http://USER:PASSWORD@HOST',
  403: 'The server rejects this client; try --origin',
  404: 'No Socket.IO 0.6 server at this path; check the path',
  400: 'The server does not understand the request; it may be a later Socket.IO',
  426: 'The server requires a WebSocket; try --transport websocket',
  503: 'The server is at its limit of clients',
};

/** The HTTP status in an error of the client or of `ws`. */
function statusOf(error: Error & { statusCode?: unknown }): string | undefined {
  if (typeof error.statusCode === 'number') return String(error.statusCode);
  return /^Unexpected server response: (\d{3})$/.exec(error.message)?.[1];
}

/** One sentence that explains an error. */
export function explain(error: unknown): { message: string; code: string | undefined } {
  if (!(error instanceof Error)) return { message: String(error), code: undefined };
  const { code } = error as NodeJS.ErrnoException;
  const status = statusOf(error);
  const meaning = status === undefined ? MEANINGS[code ?? ''] : STATUSES[status];
  const text = error.message || code || 'No connection';
  return { message: meaning === undefined ? text : `${meaning} (${text})`, code };
}
