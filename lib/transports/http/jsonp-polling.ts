import { scriptLiteral } from './script-literal.js';
import { endWith } from './end-with-body.js';
import type { Exchange } from '../transport-server.js';
import { Polling } from './polling.js';

const TYPE = 'text/javascript; charset=UTF-8';
const DENIED = "alert('Cross domain security restrictions not met');";
/** The digits that end the path; a slash and a query may follow. No longer than a number can be. */
const INDEX = /\/(\d{1,15})\/?(?:\?.*)?$/;

/** Long polling by script elements: the payload is the argument of a call to the poll's callback. */
export class JsonpPolling extends Polling {
  static readonly transportName: string = 'jsonp-polling';

  static override handle(exchange: Exchange): void {
    if (exchange.response && exchange.rest !== 'close' && !INDEX.test(exchange.request.url ?? '')) {
      exchange.host.refuse('ERR_SIO_NO_INDEX', exchange.request, exchange.response);
      return;
    }
    super.handle(exchange);
  }

  protected answer(payload: string): void {
    const script = this.origin.isAllowed ? this.#call(payload) : DENIED;
    const size = Buffer.byteLength(script);
    const headers = ['Content-Type', TYPE, 'Content-Length', String(size)];
    this.response.writeHead(200, [...headers, 'X-Content-Type-Options', 'nosniff']);
    endWith(this.response, script, size);
  }

  #call(payload: string): string {
    const index = INDEX.exec(this.request.url ?? '')?.[1] ?? '0';
    return `io.JSONP[${index}]._(${scriptLiteral(payload)});`;
  }
}
