import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Client } from '../../session/client.js';
import { dataOf, readBody } from './request-body.js';
import { isSafeHeaderValue } from '../../util/header.js';
import { corsHeaders, type HeaderList } from '../../access/cors.js';
import { endWith } from './end-with-body.js';
import { Transport } from '../transport.js';
import type { Exchange } from '../transport-server.js';

const OK = 'ok';
const OK_HEADERS = ['Content-Type', 'text/plain', 'Content-Length', '2'];
const NO_HEADERS: HeaderList = [];
const ALLOWED_METHODS = { Allow: 'GET, POST, OPTIONS' };

/** An exchange over HTTP: its response is there. */
export interface HttpExchange extends Exchange {
  readonly response: ServerResponse;
}

/**
 * What HTTP transports share: GET opens the way down, POST brings messages up, OPTIONS is a
 * CORS preflight. Subclasses say what the way down looks like.
 */
export abstract class HttpTransport extends Transport {
  /** Grant credentials to an allowed origin also without a cookie. */
  static readonly alwaysCredentials: boolean = false;

  /**
   * Refuse a GET of a page that is not allowed. The transports of 0.6 answer it, in a way that
   * the browser does not let the page read.
   */
  static readonly refusesForeignPages: boolean = false;

  declare readonly response: ServerResponse;

  /** Deals with one request of this transport. */
  static handle(this: HttpTransportClass, exchange: Exchange): void {
    const { host, request, response } = exchange;
    if (!isHttp(exchange) || !response) {
      host.refuse('ERR_SIO_UNEXPECTED_UPGRADE', request, exchange.socket);
      return;
    }
    switch (request.method) {
      case 'GET':
        if (exchange.origin.isAllowed) new this(exchange).begin();
        else if (this.refusesForeignPages) {
          host.refuse('ERR_SIO_FORBIDDEN_ORIGIN', request, response);
        } else {
          if (!exchange.client) host.logOrigin(request);
          new this(exchange).begin();
        }
        break;
      case 'POST':
        receive(exchange, corsHeaders(request, exchange.origin, this.alwaysCredentials));
        break;
      case 'OPTIONS':
        if (request.headers['access-control-request-method']) {
          const cors = corsHeaders(request, exchange.origin, this.alwaysCredentials);
          preflight(request, response, cors);
          break;
        }
        host.refuse('ERR_SIO_BAD_METHOD', request, response, ALLOWED_METHODS);
        break;
      default:
        host.refuse('ERR_SIO_BAD_METHOD', request, response, ALLOWED_METHODS);
    }
  }

  /** Begins the answer to a GET. */
  abstract begin(): void;

  /** The CORS headers of the answer. */
  protected cors(): HeaderList {
    if (!this.origin.isOriginAllowed) return NO_HEADERS;
    const { alwaysCredentials } = this.constructor as unknown as HttpTransportClass;
    return corsHeaders(this.request, this.origin, alwaysCredentials);
  }
}

interface HttpTransportClass {
  new (exchange: HttpExchange): HttpTransport;
  readonly alwaysCredentials: boolean;
  readonly refusesForeignPages: boolean;
}

function isHttp(exchange: Exchange): exchange is HttpExchange {
  return exchange.response !== null;
}

function preflight(request: IncomingMessage, response: ServerResponse, cors: HeaderList): void {
  const headers = [...OK_HEADERS, ...cors];
  if (cors.length > 0) {
    const {
      'access-control-request-method': method = '',
      'access-control-request-headers': names = '',
    } = request.headers;
    if (isSafeHeaderValue(method)) headers.push('Access-Control-Allow-Methods', method);
    if (names && isSafeHeaderValue(names)) headers.push('Access-Control-Allow-Headers', names);
  }
  response.writeHead(200, headers);
  response.end(OK);
}

/** Messages from the client, or its goodbye. The events fire before the answer, as in 0.6. */
function receive(exchange: HttpExchange, cors: HeaderList): void {
  const { host, client, request, response, rest } = exchange;
  if (!exchange.origin.isAllowed) {
    host.refuse('ERR_SIO_UNAUTHORIZED_ORIGIN', request, response);
    return;
  }
  if (!client) {
    // A goodbye that comes after the session's end is as good as one that came before it.
    if (rest === 'close') answerOk(response, cors);
    else host.refuse('ERR_SIO_BAD_REQUEST', request, response);
    return;
  }
  request.on('error', () => response.destroy());
  readBody(request, host.options.maxPayload, (body) => {
    if (body === null) {
      host.refuse('ERR_SIO_TOO_LARGE', request, response);
    } else if (!client.connected && rest !== 'close') {
      host.refuse('ERR_SIO_UNKNOWN_SESSION', request, response);
    } else if (deliver(client, body)) {
      if (rest === 'close') client._end('client close');
      answerOk(response, cors);
    } else {
      host.refuse('ERR_SIO_TOO_LARGE', request, response);
    }
  });
}

function deliver(client: Client, body: string): boolean {
  const payload = dataOf(body);
  return payload === undefined || client._onMessage(payload);
}

function answerOk(response: ServerResponse, cors: HeaderList): void {
  response.writeHead(200, cors.length > 0 ? [...OK_HEADERS, ...cors] : OK_HEADERS);
  endWith(response, OK, OK.length);
}
