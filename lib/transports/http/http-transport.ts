import type { ServerResponse } from 'node:http';
import { corsHeaders, type HeaderList } from '../../access/cors.js';
import { isSafeHeaderValue } from '../../util/header.js';
import { Transport } from '../transport.js';
import type { Exchange } from '../transport-server.js';
import { receiveMessages } from './io/receive-messages.js';
import { withCors, type Headers } from './io/response-headers.js';

const NO_HEADERS: HeaderList = [];
const ALLOWED_METHODS = { Allow: 'GET, POST, OPTIONS' };

/** An exchange of a plain request, which has a response. */
export interface HttpExchange extends Exchange {
  readonly response: ServerResponse;
}

/**
 * What HTTP transports share: a GET opens the connection to the client, a POST carries messages
 * of the client, OPTIONS is a CORS preflight. Subclasses define the response to a GET.
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

  /** Handles one request of this transport. */
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
        receiveMessages(exchange, this.alwaysCredentials);
        break;
      case 'OPTIONS':
        if (request.headers['access-control-request-method']) {
          preflight(exchange, this.alwaysCredentials);
          break;
        }
        host.refuse('ERR_SIO_BAD_METHOD', request, response, ALLOWED_METHODS);
        break;
      default:
        host.refuse('ERR_SIO_BAD_METHOD', request, response, ALLOWED_METHODS);
    }
  }

  /** Begins the response to a GET. */
  abstract begin(): void;

  /** The CORS headers of the response, as a flat list for `writeHead`. */
  protected cors(): HeaderList {
    if (!this.origin.isOriginAllowed) return NO_HEADERS;
    const { alwaysCredentials } = this.constructor as unknown as HttpTransportClass;
    return corsHeaders(this.request, this.origin, alwaysCredentials);
  }

  /** Adds the CORS headers of the response to `headers`. */
  protected withCors(headers: Headers): Headers {
    if (!this.origin.isOriginAllowed) return headers;
    const { alwaysCredentials } = this.constructor as unknown as HttpTransportClass;
    return withCors(headers, this.request, this.origin, alwaysCredentials);
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

function preflight({ request, response, origin }: HttpExchange, alwaysCredentials: boolean): void {
  const headers: Headers = { 'Content-Type': 'text/plain', 'Content-Length': '2' };
  withCors(headers, request, origin, alwaysCredentials);
  if ('Access-Control-Allow-Origin' in headers) {
    const {
      'access-control-request-method': method = '',
      'access-control-request-headers': names = '',
    } = request.headers;
    if (isSafeHeaderValue(method)) headers['Access-Control-Allow-Methods'] = method;
    if (names && isSafeHeaderValue(names)) headers['Access-Control-Allow-Headers'] = names;
  }
  response.writeHead(200, headers);
  response.end('ok');
}
