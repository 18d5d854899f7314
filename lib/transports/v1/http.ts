/**
 * The common part of HTTP requests of protocol 1: POSTs and CORS.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http';
import type { HeaderList } from '../../access/cors.js';
import type { OriginDecision } from '../../access/origins.js';
import { ClientV1 } from '../../session/v1/client-v1.js';
import { isSafeHeaderValue } from '../../util/header.js';
import { printable } from '../../util/log.js';
import type { HttpExchange } from '../http/http-transport.js';
import { endWith } from '../http/io/end-with-body.js';
import { receiveBody, unreadableBody } from '../http/io/receive-messages.js';
import { addHeaders, NO_STORE, type Headers } from '../http/io/response-headers.js';

const RECEIVED = '1';
/** How a payload begins: with the type of a packet, or with U+FFFD. */
export const PAYLOAD: RegExp = /^[\d\ufffd]/;

/**
 * The CORS headers of protocol 1: they name any allowed origin, `null` too, and always allow
 * credentials, because its clients always send requests with credentials.
 */
export function corsHeadersV1(request: IncomingMessage, decision: OriginDecision): HeaderList {
  const { origin } = request.headers;
  if (!decision.isOriginAllowed || !origin || !isSafeHeaderValue(origin)) return [];
  const headers = ['Access-Control-Allow-Origin', origin, 'Vary', 'Origin'];
  headers.push('Access-Control-Allow-Credentials', 'true');
  return headers;
}

/**
 * Takes the payload of a POST: it is answered first, then its packets are delivered.
 *
 * @param payloadOf finds the payload in a body; undefined: there is none
 */
export function receiveV1(
  exchange: HttpExchange,
  payloadOf: (body: Buffer) => string | undefined,
): void {
  const { host, client, request, response, origin } = exchange;
  if (!origin.isAllowed) {
    host.refuse('ERR_SIO_UNAUTHORIZED_ORIGIN', request, response);
    return;
  }
  const cors = addHeaders({}, corsHeadersV1(request, origin));
  const refuseUnknown = (): void => host.refuse('ERR_SIO_UNKNOWN_SESSION', request, response, cors);
  if (!(client instanceof ClientV1)) {
    refuseUnknown();
    return;
  }
  request.on('error', () => response.destroy());
  receiveBody(exchange, client, (body) => {
    const payload = body === null ? undefined : payloadOf(body);
    const packets = payload === undefined ? [] : client._split(payload);
    if (body === null || packets === null) {
      host.refuse('ERR_SIO_TOO_LARGE', request, response, cors);
    } else if (!client.connected) {
      refuseUnknown();
    } else if (body.length === 0 || !refuseUnreadable(exchange, payload, cors)) {
      answerReceived(exchange, cors);
      client._receive(packets, payload?.length ?? 0);
    }
  });
}

/** Refuses a body that is compressed, or of another type, and has no payload: it would be lost. */
function refuseUnreadable(
  { host, request, response }: HttpExchange,
  payload: string | undefined,
  cors: Headers,
): boolean {
  const unreadable =
    payload !== undefined && PAYLOAD.test(payload) ? null : unreadableBody(request.headers);
  if (unreadable === null) return false;
  host.options.log(`Refused a POST with ${printable(unreadable)}: expected plain packets`);
  host.refuse('ERR_SIO_UNSUPPORTED_MEDIA_TYPE', request, response, cors);
  return true;
}

function answerReceived({ response }: HttpExchange, cors: Headers): void {
  const headers: Headers = {
    'Content-Type': 'text/plain; charset=UTF-8',
    'Content-Length': '1',
    'Cache-Control': NO_STORE,
    ...cors,
  };
  // Without it, the filter of Internet Explorer would treat a payload that is sent back as an
  // attack.
  if ('Access-Control-Allow-Origin' in cors) headers['X-XSS-Protection'] = '0';
  response.writeHead(200, headers);
  endWith(response, RECEIVED, RECEIVED.length);
}

/** The packet that answers a poll with nothing to send. */
export const NOOP = '8::';
