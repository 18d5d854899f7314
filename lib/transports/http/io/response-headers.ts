/**
 * Headers of responses.
 *
 * They are always passed to `writeHead` as an object: middleware that wraps `writeHead`
 * (on-headers below 1.1, in compression, morgan and express-session) misreads a flat list.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http';
import { corsHeaders, type HeaderList } from '../../../access/cors.js';
import type { OriginDecision } from '../../../access/origins.js';

/** Header values by name. */
export type Headers = Record<string, string>;

/**
 * For responses that belong to one session: shared caches and browsers must not store them.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.5
 */
export const NO_STORE = 'no-store';

/** For streams: a proxy that compresses the response would also hold it back. */
export const NO_STORE_NO_TRANSFORM = 'no-store, no-transform';

/** Adds header names and values in turn. */
export function addHeaders(headers: Headers, list: HeaderList): Headers {
  for (let i = 0; i + 1 < list.length; i += 2) headers[list[i] as string] = list[i + 1] as string;
  return headers;
}

/** Adds the CORS headers for a request. */
export function withCors(
  headers: Headers,
  request: IncomingMessage,
  decision: OriginDecision,
  always: boolean,
): Headers {
  if (!decision.isOriginAllowed) return headers;
  return addHeaders(headers, corsHeaders(request, decision, always));
}
