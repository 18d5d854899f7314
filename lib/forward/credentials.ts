/**
 * The headers that a process adds to a request that it forwards: a proof of the secret of the
 * cluster, and the address of the client.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ForwardedOrigin } from '../access/proxy-trust.js';

const TOKEN_HEADER = 'x-socket.io-node-token';
const ADDRESS_HEADER = 'x-socket.io-node-address';
const SECURE_HEADER = 'x-socket.io-node-secure';

/** These headers of a client are never forwarded. */
export const OWN_HEADERS: ReadonlySet<string> = new Set([
  TOKEN_HEADER,
  ADDRESS_HEADER,
  SECURE_HEADER,
]);

/**
 * The token for one process. Other processes do not accept it, nor does this one after a restart.
 */
export function tokenOf(secret: string, node: string): string {
  return createHmac('sha256', secret).update(`forward to ${node}`).digest('hex');
}

/** The headers that are added to a request. */
export function headersFor(
  token: string,
  { socket }: IncomingMessage,
): Readonly<Record<string, string>> {
  const isSecure = 'encrypted' in socket && socket.encrypted === true;
  return {
    [TOKEN_HEADER]: token,
    [ADDRESS_HEADER]: socket.remoteAddress ?? '',
    [SECURE_HEADER]: String(isSecure),
  };
}

/**
 * Checks a forwarded request, and removes the headers above from it.
 *
 * @returns the address of the client; null if the token is wrong
 */
export function verify(request: IncomingMessage, token: string): ForwardedOrigin | null {
  const {
    [TOKEN_HEADER]: given,
    [ADDRESS_HEADER]: address,
    [SECURE_HEADER]: isSecure,
  } = request.headers;
  for (const name of OWN_HEADERS) delete request.headers[name];
  const bytes = Buffer.from(String(given));
  const expected = Buffer.from(token);
  if (bytes.length !== expected.length || !timingSafeEqual(bytes, expected)) return null;
  return { address: String(address ?? ''), isSecure: isSecure === 'true' };
}
