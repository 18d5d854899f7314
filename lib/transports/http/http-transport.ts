import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { corsHeaders, type HeaderList } from '../../access/cors.js';
import type { OriginDecision } from '../../access/origins.js';
import type { ConnectionReader } from '../../session/connection.js';
import { isSafeHeaderValue } from '../../util/header.js';
import { watchForKick } from '../flush-before-end.js';
import { Transport } from '../transport.js';
import type { Exchange } from '../transport-server.js';
import { receiveMessages } from './io/receive-messages.js';
import { addHeaders, NO_STORE, type Headers } from './io/response-headers.js';

const NO_HEADERS: HeaderList = [];
const ALLOWED_METHODS = { Allow: 'GET, HEAD, POST, OPTIONS' };

/** An exchange of a plain request, which has a response. */
export interface HttpExchange extends Exchange {
  readonly response: ServerResponse;
}

/**
 * The common part of HTTP transports: a GET opens the connection to the client, a POST carries
 * messages of the client, OPTIONS is a CORS preflight. Subclasses define the response to a GET.
 *
 * A HEAD gets the header fields that a GET would get. It is a safe method: it neither opens a session
 * nor takes the messages of one, and `authorize` is not called.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2
 */
export abstract class HttpTransport extends Transport {
  /** Allow credentials to an allowed origin without a cookie too. */
  static readonly alwaysCredentials: boolean = false;

  /**
   * Refuse a GET of a page that is not allowed. The transports of 0.6 answer it, in a way that
   * the browser does not let the page read.
   */
  static readonly refusesForeignPages: boolean = false;

  declare readonly response: ServerResponse;

  /** @internal The application may end the socket between two polls. */
  static onConnectionRead(socket: Socket, reader: ConnectionReader): void {
    watchForKick(socket, reader);
  }

  /** Handles one request of this transport. */
  static handle(this: HttpTransportClass, exchange: Exchange): void {
    const { host, request, response } = exchange;
    if (!isHttp(exchange) || !response) {
      host.refuse('ERR_SIO_UNEXPECTED_UPGRADE', request, exchange.socket);
      return;
    }
    switch (request.method) {
      case 'GET':
      case 'HEAD':
        if (!exchange.origin.isAllowed && this.refusesForeignPages) {
          host.refuse('ERR_SIO_FORBIDDEN_ORIGIN', request, response);
        } else if (request.method === 'HEAD') {
          new this(exchange).answerHead();
        } else {
          if (!exchange.origin.isAllowed && !exchange.client) host.logOrigin(request);
          new this(exchange).begin();
        }
        break;
      case 'POST':
        this._receive(exchange);
        break;
      case 'OPTIONS':
        if (request.headers['access-control-request-method']) {
          preflight(exchange, this._corsHeaders(request, exchange.origin), 'ok');
          break;
        }
        host.refuse('ERR_SIO_BAD_METHOD', request, response, ALLOWED_METHODS);
        break;
      default:
        host.refuse('ERR_SIO_BAD_METHOD', request, response, ALLOWED_METHODS);
    }
  }

  /** @internal Takes what the client sends in a POST. */
  static _receive(exchange: HttpExchange): void {
    receiveMessages(exchange, this.alwaysCredentials);
  }

  /** @internal The CORS headers of every response. */
  static _corsHeaders(request: IncomingMessage, origin: OriginDecision): HeaderList {
    return corsHeaders(request, origin, this.alwaysCredentials);
  }

  /** Begins the response to a GET. */
  abstract begin(): void;

  /** Answers a HEAD, without the fields that depend on the content. */
  answerHead(): void {
    this.response.writeHead(200, this.withCors({ 'Cache-Control': NO_STORE }));
    this.response.end();
  }

  /** The CORS headers of the response, as a flat list for `writeHead`. */
  protected cors(): HeaderList {
    if (!this.origin.isOriginAllowed) return NO_HEADERS;
    const type = this.constructor as unknown as HttpTransportClass;
    return type._corsHeaders(this.request, this.origin);
  }

  /** Adds the CORS headers of the response to `headers`. */
  protected withCors(headers: Headers): Headers {
    return addHeaders(headers, this.cors());
  }
}

interface HttpTransportClass {
  new (exchange: HttpExchange): HttpTransport;
  readonly refusesForeignPages: boolean;
  _receive(exchange: HttpExchange): void;
  _corsHeaders(request: IncomingMessage, origin: OriginDecision): HeaderList;
}

function isHttp(exchange: Exchange): exchange is HttpExchange {
  return exchange.response !== null;
}

/** Answers a CORS preflight. */
export function preflight(
  { request, response }: Pick<HttpExchange, 'request' | 'response'>,
  cors: HeaderList,
  body: string,
): void {
  const headers: Headers = { 'Content-Length': String(body.length) };
  if (body !== '') headers['Content-Type'] = 'text/plain';
  if (cors.length > 0) {
    const {
      'access-control-request-method': method = '',
      'access-control-request-headers': names = '',
    } = request.headers;
    addHeaders(headers, cors);
    if (isSafeHeaderValue(method)) headers['Access-Control-Allow-Methods'] = method;
    if (names && isSafeHeaderValue(names)) headers['Access-Control-Allow-Headers'] = names;
  }
  response.writeHead(200, headers);
  response.end(body);
}
