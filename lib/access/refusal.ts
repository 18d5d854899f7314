import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { ignoreError } from '../util/ignore-error.js';

/** Why a request is refused: a stable code, the HTTP status, and the body of the response. */
export const REFUSALS = {
  ERR_SIO_BAD_REQUEST: [400, 'Bad request: a POST needs a session id'],
  ERR_SIO_BAD_HANDSHAKE: [400, 'Invalid WebSocket handshake'],
  ERR_SIO_UNEXPECTED_UPGRADE: [400, 'This transport does not accept upgrades'],
  ERR_SIO_NO_INDEX: [
    400,
    'The path of a jsonp-polling request must end with the number of its callback',
  ],
  ERR_SIO_UNAUTHORIZED: [403, 'Not authorized'],
  ERR_SIO_NO_SESSION_ID: [500, 'No session id could be created'],
  ERR_SIO_UNSUPPORTED_VERSION: [
    400,
    "This server supports Socket.IO 0.5 and 0.6, not 0.7 to 4: load the socket.io.js that it serves, or use a server of the client's version",
  ],
  ERR_SIO_FORBIDDEN_ORIGIN: [403, 'This origin is not allowed'],
  ERR_SIO_UNAUTHORIZED_ORIGIN: [401, 'unauthorized'],
  ERR_SIO_UNKNOWN_SESSION: [404, 'Unknown session id'],
  ERR_SIO_UNCLAIMED_UPGRADE: [404, 'No handler for upgrades at this path'],
  ERR_SIO_BAD_METHOD: [405, 'Method not allowed'],
  ERR_SIO_STALE_ATTEMPT: [409, 'This request is older than the connection of its session'],
  ERR_SIO_TOO_LARGE: [413, 'The message is larger than this server accepts'],
  ERR_SIO_UNSUPPORTED_MEDIA_TYPE: [
    415,
    'Expected a plain form as the body, without Content-Encoding or multipart',
  ],
  ERR_SIO_UPGRADE_REQUIRED: [426, 'This transport needs a WebSocket upgrade'],
  ERR_SIO_TOO_MANY_SESSIONS_OF_ADDRESS: [429, 'Session limit reached for your address'],
  ERR_SIO_DRAINING: [503, 'This server is about to end: connect again'],
  ERR_SIO_UNKNOWN_PROCESS: [503, 'The process of this session is not known yet: try again'],
  ERR_SIO_TOO_MANY_SESSIONS: [503, 'Session limit reached'],
  ERR_SIO_TOO_MANY_HANDSHAKES: [503, 'Handshake limit reached'],
} as const;

export type RefusalCode = keyof typeof REFUSALS;

export const REFUSAL_CODES: readonly RefusalCode[] = Object.keys(REFUSALS) as RefusalCode[];

/** The refusal of a client whose generation is not in `protocols`. */
export function unsupportedVersion(protocols: readonly string[]): {
  readonly status: number;
  readonly message: string;
  /** The versions that the server supports. */
  readonly supported: string;
} {
  const [status, message] = REFUSALS.ERR_SIO_UNSUPPORTED_VERSION;
  if (!protocols.includes('0.9')) return { status, message, supported: '0.5 and 0.6' };
  const supported = protocols.includes('0.6') ? '0.5 to 0.9' : '0.7 to 0.9';
  const own = message.replace('0.5 and 0.6, not 0.7 to 4', `${supported}, not 1 to 4`);
  return { status, message: own, supported };
}

/** The argument of the `refused` event of a Listener. */
export interface Refusal {
  /** Stable, one of {@link REFUSALS}. */
  readonly code: RefusalCode;
  /** The HTTP status of the response. */
  readonly status: number;
  /** The body of the response, for people. */
  readonly message: string;
  readonly request: IncomingMessage;
}

/** @param own status and message that replace those of {@link REFUSALS} */
export function refusal(
  code: RefusalCode,
  request: IncomingMessage,
  own?: { readonly status: number; readonly message: string },
): Refusal {
  const [status, message] = REFUSALS[code];
  return { code, status: own?.status ?? status, message: own?.message ?? message, request };
}

/**
 * The headers of a refusal that another process would not send, or this one would not send later. A client tries again on another connection, which a
 * load balancer leads to another process.
 */
const RETRY: Readonly<Record<string, string>> = { Connection: 'close', 'Retry-After': '1' };

/** The headers that a refusal has because of its code. */
export function refusalHeaders(code: RefusalCode): Readonly<Record<string, string>> {
  return code === 'ERR_SIO_DRAINING' || code === 'ERR_SIO_UNKNOWN_PROCESS' ? RETRY : {};
}

/** How long a refused peer may take to read its response. */
const LINGER_MS = 2000;

/** Writes a response to a bare socket, after an upgrade request, and closes it. */
export function answerSocket(
  socket: Duplex,
  status: number,
  message: string,
  headers: readonly string[] = [],
): void {
  socket.on('error', ignoreError);
  if (socket.destroyed) return;
  // Also if the application has ended it: nothing else reads or destroys it after an upgrade.
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
  if (socket.writableEnded) {
    socket.resume();
    return;
  }
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`,
    'Connection: close',
    'Content-Type: text/plain',
    `Content-Length: ${Buffer.byteLength(message)}`,
    'Cache-Control: no-store',
    ...headers,
  ];
  socket.end(lines.join('\r\n') + '\r\n\r\n' + message);
  socket.resume();
}

/** Answers a refused request, on a response or on the socket of an upgrade. */
export function answerRefusal(
  { code, status, message }: Refusal,
  target: ServerResponse | Duplex,
  given: Readonly<Record<string, string>> = {},
): void {
  const headers = { ...given, ...refusalHeaders(code) };
  // By a method: applications wrap responses, and test runners have classes of their own.
  if ('writeHead' in target) {
    target.on('error', ignoreError);
    if (target.headersSent) return;
    // Close the connection rather than drain an oversized body to reach the next request.
    const unread = status === 413 ? { Connection: 'close' } : {};
    target.writeHead(status, {
      'Content-Type': 'text/plain',
      'Content-Length': Buffer.byteLength(message),
      // Caches may store a 404 by default (RFC 9111, section 4.2.2).
      'Cache-Control': 'no-store',
      ...unread,
      ...headers,
    });
    target.end(message);
  } else {
    answerSocket(
      target,
      status,
      message,
      // All responses of this kind have `Connection: close`.
      Object.entries(headers).flatMap(([name, value]) =>
        name === 'Connection' ? [] : [`${name}: ${value}`],
      ),
    );
  }
}
