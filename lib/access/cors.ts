/**
 * The CORS headers of responses.
 *
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 * @module
 */
import type { IncomingMessage } from 'node:http';
import { isSafeHeaderValue } from '../util/header.js';
import type { OriginDecision } from './origins.js';

/** Header names and values in turn: the form that `writeHead` takes fastest. */
export type HeaderList = string[];

const NO_HEADERS: HeaderList = [];

/**
 * The CORS headers for a request; none without an Origin header that the rule allows.
 *
 * They name the origin, because browsers reject `*` together with credentials (0.6.18
 * sent that). `Origin: null`, which any page can have, gets `*` and never credentials.
 *
 * @param always grant credentials without a cookie too, as xhr-multipart did
 */
export function corsHeaders(
  request: IncomingMessage,
  decision: OriginDecision,
  always = false,
): HeaderList {
  if (!decision.isOriginAllowed) return NO_HEADERS;
  const { origin, cookie } = request.headers;
  if (!origin || !isSafeHeaderValue(origin)) return NO_HEADERS;
  if (origin === 'null') return ['Access-Control-Allow-Origin', '*'];
  const headers = ['Access-Control-Allow-Origin', origin, 'Vary', 'Origin'];
  if (always || cookie) headers.push('Access-Control-Allow-Credentials', 'true');
  return headers;
}

/** The same headers as a record, for responses that are not made by a transport. */
export function corsRecord(
  request: IncomingMessage,
  decision: OriginDecision,
): Record<string, string> {
  const list = corsHeaders(request, decision, true);
  const record: Record<string, string> = {};
  for (let i = 0; i + 1 < list.length; i += 2) record[String(list[i])] = String(list[i + 1]);
  return record;
}
