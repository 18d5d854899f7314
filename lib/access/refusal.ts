import { STATUS_CODES, ServerResponse, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** Why a request was turned away: stable code, HTTP status, and a sentence for whoever sent it. */
export const REFUSALS = {
  ERR_SIO_BAD_REQUEST: [400, 'This request makes no sense here'],
  ERR_SIO_BAD_HANDSHAKE: [400, 'This is no WebSocket handshake that can be answered'],
  ERR_SIO_UNEXPECTED_UPGRADE: [400, 'This transport takes no upgrades'],
  ERR_SIO_NO_INDEX: [400, 'The path of a jsonp-polling request ends in the number of its callback'],
  ERR_SIO_UNAUTHORIZED: [403, 'Not authorized'],
  ERR_SIO_UNSUPPORTED_VERSION: [
    400,
    "This server speaks Socket.IO 0.5 and 0.6, not 0.7 to 4: load the socket.io.js that it serves, or use a server of the client's version",
  ],
  ERR_SIO_FORBIDDEN_ORIGIN: [403, 'This origin is not allowed'],
  ERR_SIO_UNAUTHORIZED_ORIGIN: [401, 'unauthorized'],
  ERR_SIO_UNKNOWN_SESSION: [404, 'Unknown session id'],
  ERR_SIO_UNCLAIMED_UPGRADE: [404, 'Nobody takes upgrades here'],
  ERR_SIO_BAD_METHOD: [405, 'This method is not allowed here'],
  ERR_SIO_TOO_LARGE: [413, 'The message is larger than this server accepts'],
  ERR_SIO_UPGRADE_REQUIRED: [426, 'This transport needs a WebSocket upgrade'],
  ERR_SIO_TOO_MANY_SESSIONS_OF_ADDRESS: [429, 'Your address has as many sessions as it may have'],
  ERR_SIO_TOO_MANY_SESSIONS: [503, 'This server has as many sessions as it may have'],
  ERR_SIO_TOO_MANY_HANDSHAKES: [503, 'This server has as many handshakes to finish as it may have'],
} as const;

export type RefusalCode = keyof typeof REFUSALS;

/** What the Listener's `refused` event tells. */
export interface Refusal {
  /** Stable, one of {@link REFUSALS}. */
  readonly code: RefusalCode;
  /** The HTTP status that was answered. */
  readonly status: number;
  /** What was answered, for people. */
  readonly message: string;
  readonly request: IncomingMessage;
}

/** @param own what is answered instead of what {@link REFUSALS} has for the code */
export function refusal(
  code: RefusalCode,
  request: IncomingMessage,
  own?: { readonly status: number; readonly message: string },
): Refusal {
  const [status, message] = REFUSALS[code];
  return { code, status: own?.status ?? status, message: own?.message ?? message, request };
}

/** How long a turned-away peer may take to fetch its answer. */
const LINGER_MS = 2000;

/** Answers on a bare socket, as nothing else can after an upgrade request, and hangs up. */
export function answerSocket(
  socket: Duplex,
  status: number,
  message: string,
  headers: readonly string[] = [],
): void {
  if (socket.destroyed || socket.writableEnded) return;
  socket.on('error', () => socket.destroy());
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`,
    'Connection: close',
    'Content-Type: text/plain',
    `Content-Length: ${Buffer.byteLength(message)}`,
    ...headers,
  ];
  socket.end(lines.join('\r\n') + '\r\n\r\n' + message);
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

/** Answers a refused request wherever its answer goes. */
export function answerRefusal(
  { status, message }: Refusal,
  target: ServerResponse | Duplex,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (target instanceof ServerResponse) {
    if (target.headersSent) return;
    // What is left of a body that is too large is not worth reading, to find the next request.
    const unread = status === 413 ? { Connection: 'close' } : {};
    target.writeHead(status, {
      'Content-Type': 'text/plain',
      'Content-Length': Buffer.byteLength(message),
      ...unread,
      ...headers,
    });
    target.end(message);
  } else {
    answerSocket(
      target,
      status,
      message,
      Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    );
  }
}
