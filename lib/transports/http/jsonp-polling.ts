import type { SharedPayload } from '../../session/shared-payload.js';
import type { Exchange } from '../transport-server.js';
import { endWith } from './io/end-with-body.js';
import { Polling } from './polling.js';
import { NO_STORE } from './io/response-headers.js';
import { scriptLiteral } from './script-literal.js';

const TYPE = 'text/javascript; charset=UTF-8';
/** A close request may be sent without a form. */
const CLOSE = /^close(?:\/|$)/;
const DENIED = "alert('Cross domain security restrictions not met');";
/** The digits at the end of the path, before a slash and a query; at most the digits of a number. */
const INDEX = /\/(\d{1,15})\/?(?:\?.*)?$/;

/** Long polling by script elements: the payload is the argument of a call to the callback of the poll. */
export class JsonpPolling extends Polling {
  static readonly transportName: string = 'jsonp-polling';
  static readonly isReadableAcrossOrigins: boolean = true;

  /** The literal of the payload that is being written, if other polls have it too. */
  #literal: string | null = null;

  static override handle(exchange: Exchange): void {
    if (
      exchange.response &&
      !CLOSE.test(exchange.rest) &&
      !INDEX.test(exchange.request.url ?? '')
    ) {
      exchange.host.refuse('ERR_SIO_NO_INDEX', exchange.request, exchange.response);
      return;
    }
    super.handle(exchange);
  }

  override writeShared(shared: SharedPayload): boolean {
    this.#literal = shared.textBy(scriptLiteral);
    return this.write(shared.payload);
  }

  override answerHead(): void {
    this.response.writeHead(200, {
      'Content-Type': TYPE,
      'Cache-Control': NO_STORE,
      'X-Content-Type-Options': 'nosniff',
    });
    this.response.end();
  }

  protected answer(payload: string): number {
    const script = this.origin.isAllowed
      ? this.#call(this.#literal ?? scriptLiteral(payload))
      : DENIED;
    const size = Buffer.byteLength(script);
    this.response.writeHead(200, {
      'Content-Type': TYPE,
      'Content-Length': String(size),
      'Cache-Control': NO_STORE,
      'X-Content-Type-Options': 'nosniff',
    });
    endWith(this.response, script, size);
    return size;
  }

  #call(literal: string): string {
    const index = INDEX.exec(this.request.url ?? '')?.[1] ?? '0';
    return `io.JSONP[${index}]._(${literal});`;
  }
}
