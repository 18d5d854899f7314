import type { IncomingMessage } from 'node:http';
import type { HeaderList } from '../../access/cors.js';
import type { OriginDecision } from '../../access/origins.js';
import { callbackIndex, parseQuery } from '../../protocol/v1/index.js';
import { endWith } from '../http/io/end-with-body.js';
import { fieldOf } from '../http/io/request-body.js';
import type { HttpExchange } from '../http/http-transport.js';
import { NO_STORE } from '../http/io/response-headers.js';
import { JsonpPolling } from '../http/jsonp-polling.js';
import { Polling } from '../http/polling.js';
import { scriptLiteral } from '../http/script-literal.js';
import type { Exchange } from '../transport-server.js';
import { corsHeadersV1, NOOP, PAYLOAD, receiveV1 } from './http.js';

const TYPE = 'text/javascript; charset=UTF-8';

/**
 * The payload in the field `d` of a form: a JSON string, or, from clients of 0.7, as it is.
 *
 * @returns undefined if there is none, or something else than a text
 */
function payloadIn(body: Buffer): string | undefined {
  const d = fieldOf(body, 'd=');
  if (d === undefined) return undefined;
  if (PAYLOAD.test(d)) return d;
  try {
    const payload: unknown = JSON.parse(d);
    return typeof payload === 'string' ? payload : undefined;
  } catch {
    return undefined;
  }
}

/** jsonp-polling of protocol 1: the index of the callback is the parameter `i`. */
export class JsonpPollingV1 extends JsonpPolling {
  static override readonly refusesForeignPages: boolean = true;

  static override handle(exchange: Exchange): void {
    Polling.handle.call(JsonpPollingV1, exchange);
  }

  static override _receive(exchange: HttpExchange): void {
    receiveV1(exchange, payloadIn);
  }

  static override _corsHeaders(request: IncomingMessage, origin: OriginDecision): HeaderList {
    return corsHeadersV1(request, origin);
  }

  protected override get _noop(): string {
    return NOOP;
  }

  protected override answer(payload: string): number {
    const url = this.request.url ?? '';
    const { i } = parseQuery(url.slice(url.indexOf('?') + 1));
    const script = `io.j[${callbackIndex(i) ?? '0'}](${scriptLiteral(payload)});`;
    const size = Buffer.byteLength(script);
    this.response.writeHead(200, {
      'Content-Type': TYPE,
      'Content-Length': String(size),
      'Cache-Control': NO_STORE,
      'X-Content-Type-Options': 'nosniff',
      'X-XSS-Protection': '0',
    });
    endWith(this.response, script, size);
    return size;
  }
}
