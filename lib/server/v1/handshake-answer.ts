/**
 * The answer to a handshake: plain, or as a script that calls `io.j[N]`.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HeaderList } from '../../access/cors.js';
import type { RefusalCode } from '../../access/refusal.js';
import { callbackIndex, parseQuery } from '../../protocol/v1/index.js';
import { addHeaders, NO_STORE, type Headers } from '../../transports/http/io/response-headers.js';
import { scriptLiteral } from '../../transports/http/script-literal.js';

/** A refusal in the form that clients of protocol 1 expect. */
export interface HandshakeRefusal {
  readonly status: number;
  readonly message: string;
}

/** The default messages of `authorize`, see access/authorize.ts. */
const DECLINED = 'Not authorized';
const THROWN = 'Authorization failed';
const BAD_ORIGIN: HandshakeRefusal = { status: 403, message: 'handshake bad origin' };
const UNAUTHORIZED: HandshakeRefusal = { status: 403, message: 'handshake unauthorized' };
export const HANDSHAKE_FAILED: HandshakeRefusal = { status: 500, message: 'handshake error' };

/**
 * The answer to a handshake that is refused. A message of the application is not changed.
 *
 * @returns undefined for the message of the code itself
 */
export function handshakeRefusal(
  code: RefusalCode,
  own?: HandshakeRefusal,
): HandshakeRefusal | undefined {
  if (code === 'ERR_SIO_FORBIDDEN_ORIGIN') return BAD_ORIGIN;
  if (code !== 'ERR_SIO_UNAUTHORIZED' || own === undefined) return own;
  if (own.status === 403 && own.message === DECLINED) return UNAUTHORIZED;
  return own.status === 500 && own.message === THROWN ? HANDSHAKE_FAILED : own;
}

/** The index of the JSONP callback, exactly as in the request; null for a plain response. */
export function jsonpIndex(request: IncomingMessage, query: string): string | null {
  return request.method === 'GET' && query.includes('jsonp')
    ? callbackIndex(parseQuery(query)['jsonp'])
    : null;
}

/**
 * Answers a handshake.
 *
 * @param index a script's status is always 200: browsers do not run others
 * @param cors header names and values in turn; a script has none
 */
export function answerHandshake(
  response: ServerResponse,
  { status, message }: HandshakeRefusal,
  index: string | null,
  cors: HeaderList,
): void {
  if (response.headersSent || response.destroyed) return;
  const isScript = index !== null;
  const literal = scriptLiteral(message);
  const argument = status === 200 ? literal : `new Error(${literal})`;
  const body = isScript ? `io.j[${index}](${argument});` : message;
  const type = isScript ? 'application/javascript' : 'text/plain';
  const headers: Headers = {
    'Content-Type': type,
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': NO_STORE,
    'X-Content-Type-Options': 'nosniff',
  };
  response.writeHead(isScript ? 200 : status, isScript ? headers : addHeaders(headers, cors));
  response.end(body);
}
