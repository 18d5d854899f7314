/**
 * POST requests: messages of the client, or its close request.
 *
 * @module
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { RefusalCode } from '../../../access/refusal.js';
import type { Client } from '../../../session/client.js';
import { POST_TAKEN, type PostAnswer } from '../../../session/connection.js';
import type { ByteHolder } from '../../../session/held-bytes.js';
import { printable } from '../../../util/log.js';
import { endWith } from './end-with-body.js';
import type { HttpExchange } from '../http-transport.js';
import { isRepeated, markDelivered, postNumber } from './post-number.js';
import { dataOf, RequestBody, withoutCutCharacter } from './request-body.js';
import { NO_STORE, withCors, type Headers } from './response-headers.js';

const REFUSALS_BY_STATUS = {
  404: 'ERR_SIO_UNKNOWN_SESSION',
  409: 'ERR_SIO_STALE_ATTEMPT',
  413: 'ERR_SIO_TOO_LARGE',
  415: 'ERR_SIO_UNSUPPORTED_MEDIA_TYPE',
} as const satisfies Record<number, RefusalCode>;
const NO_BYTES: Buffer = Buffer.alloc(0);

/** Answers a POST. The events of its messages are emitted before that, as in 0.6. */
export function receiveMessages(exchange: HttpExchange, alwaysCredentials: boolean): void {
  const { host, client, request, response, rest, origin } = exchange;
  if (!origin.isAllowed) {
    host.refuse('ERR_SIO_UNAUTHORIZED_ORIGIN', request, response);
    return;
  }
  const isClose = rest === 'close';
  if (!client) {
    // A close request for a session that has ended already is answered in the same way.
    if (isClose) answerPost(exchange, POST_TAKEN, alwaysCredentials);
    else host.refuse('ERR_SIO_BAD_REQUEST', request, response);
    return;
  }
  request.on('error', () => response.destroy());
  receiveBody(exchange, client, (body) => {
    if (body === null) {
      host.refuse('ERR_SIO_TOO_LARGE', request, response);
    } else if (!client.connected && !isClose) {
      host.refuse('ERR_SIO_UNKNOWN_SESSION', request, response);
    } else {
      const number = postNumber(rest);
      const answer = isRepeated(client, number)
        ? POST_TAKEN
        : deliver(exchange, client, body, number);
      if (typeof answer === 'number') {
        host.refuse(REFUSALS_BY_STATUS[answer], request, response);
        return;
      }
      if (answer === null) {
        client.once('disconnect', () => response.destroy());
        return;
      }
      if (isClose) client._end('client close');
      answerPost(exchange, answer, alwaysCredentials);
    }
  });
}

const NOT_A_FORM = /^\s*(?:multipart\/|application\/json\b)/i;

/**
 * The header that explains why a body cannot be read; null: none. Any other type may be a form, or
 * packets of protocol 1: XDomainRequest sends none at all.
 */
export function unreadableBody(headers: IncomingHttpHeaders): string | null {
  const { 'content-encoding': encoding, 'content-type': type } = headers;
  if (encoding !== undefined && encoding !== '' && encoding !== 'identity') {
    return `Content-Encoding ${encoding}`;
  }
  return type !== undefined && NOT_A_FORM.test(type) ? `Content-Type ${type}` : null;
}

/** A body up to this length arrives in one chunk, or is as cheap to hold as its connection. */
const SMALL_BODY = 16 * 1024;

/**
 * Receives a body, up to `maxPayload`. While it is received its bytes are held for the session:
 * all bodies of a session together have at most `maxBuffer`, and its end releases them. `onBody` is
 * called with an empty body then.
 */
export function receiveBody(
  { host, request, response }: HttpExchange,
  client: Client,
  onBody: (body: Buffer | null) => void,
): void {
  const { maxPayload, maxBuffer } = host.options;
  const done = (body: Buffer | null): void => {
    if (body !== null && body.length > 0) host.counters.receive(body.length);
    onBody(body);
  };
  const announced = Number(request.headers['content-length'] ?? Infinity);
  if (maxPayload > 0 && announced > maxPayload && announced !== Infinity) {
    done(null);
    return;
  }
  if (announced <= SMALL_BODY) {
    new RequestBody(request, () => true, done).receive();
    return;
  }
  const holder: ByteHolder = {
    onSessionEnd() {
      body.cancel();
      request.resume();
      if (!response.destroyed) done(NO_BYTES);
    },
  };
  const release = (): void => client._heldBytes.delete(holder);
  const mayGrow = (size: number, bytes: number): boolean => {
    client._onProgress();
    if (maxPayload > 0 && size + bytes > maxPayload) return false;
    if (maxBuffer > 0 && client._heldSize + bytes > Math.max(maxBuffer, maxPayload)) return false;
    client._heldBytes.add(holder, bytes);
    return true;
  };
  const body = new RequestBody(request, mayGrow, (bytes) => {
    release();
    done(bytes);
  }).receive();
  request.once('close', release);
}

/** Delivers the messages of a body. Returns the body of the response, or a status of a refusal. */
function deliver(
  { host, request }: HttpExchange,
  client: Client,
  body: Buffer,
  number: number | null,
): PostAnswer | 415 {
  const payload = dataOf(client.delivery ? withoutCutCharacter(body) : body);
  const unreadable =
    payload === undefined && body.length > 0 ? unreadableBody(request.headers) : null;
  if (unreadable === null) {
    const answer = client._onPost(payload, request);
    if (payload !== undefined && typeof answer === 'string') markDelivered(client, number);
    return answer;
  }
  host.options.log(`Refused a POST with ${printable(unreadable)}: expected a plain form`);
  return 415;
}

function answerPost(
  { request, response, origin }: HttpExchange,
  answer: string,
  alwaysCredentials: boolean,
): void {
  const headers: Headers = {
    'Content-Type': 'text/plain',
    'Content-Length': String(answer.length),
    'Cache-Control': NO_STORE,
  };
  response.writeHead(200, withCors(headers, request, origin, alwaysCredentials));
  endWith(response, answer, answer.length);
}
