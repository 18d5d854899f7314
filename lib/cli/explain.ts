/** Explains errors and suggests what to try. @module */
import { ClientError } from '../../client/node/index.js';

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
  400: 'The server rejects the request as invalid; it may have a later version of Socket.IO',
  426: 'The server requires a WebSocket; try --transport websocket',
  503: 'The server is at its limit of clients',
};

/** The meanings of a status if a connection to this address has worked before. */
const STATUSES_AFTER_CONNECT: Readonly<Record<string, string | undefined>> = {
  ...STATUSES,
  404: 'The server does not have this session; it may have restarted',
  502: 'The server is not available; it may be restarting',
  503: 'The server is not available; it may be restarting',
};

export interface Explanation {
  readonly message: string;
  readonly code: string | undefined;
}

/**
 * Explains an error in one sentence.
 *
 * @param hasConnected true if the address has worked before
 */
export function explain(error: unknown, hasConnected: boolean = false): Explanation {
  if (!(error instanceof Error)) return { message: String(error), code: undefined };
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof ClientError && error.statusCode !== undefined) {
    const { statusCode, serverMessage } = error;
    const detail = serverMessage === undefined ? statusCode : `${statusCode}: ${serverMessage}`;
    const meaning = (hasConnected ? STATUSES_AFTER_CONNECT : STATUSES)[statusCode];
    return { message: `${meaning ?? 'The server refused the request'} (${detail})`, code };
  }
  const meaning = MEANINGS[code ?? ''];
  const text = error.message || code || 'No connection';
  return { message: meaning === undefined ? text : `${meaning} (${text})`, code };
}
