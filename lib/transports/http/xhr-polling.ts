import { endWith } from './io/end-with-body.js';
import { Polling } from './polling.js';
import { NO_STORE } from './io/response-headers.js';

const TYPE = 'text/plain; charset=UTF-8';

/** Long polling by XMLHttpRequest: the payload is the body of the response. */
export class XhrPolling extends Polling {
  static readonly transportName: string = 'xhr-polling';

  /**
   * Clients treat any status except 200 as a disconnect, so they do not need another poll to detect
   * it.
   */
  protected override respondClosed(): void {
    this.response.writeHead(204, this.withCors({ 'Cache-Control': NO_STORE }));
    this.response.end();
  }

  override answerHead(): void {
    this.response.writeHead(
      200,
      this.withCors({ 'Content-Type': TYPE, 'Cache-Control': NO_STORE }),
    );
    this.response.end();
  }

  protected answer(payload: string): number {
    const size = Buffer.byteLength(payload);
    this.response.writeHead(
      200,
      this.withCors({
        'Content-Type': TYPE,
        'Content-Length': String(size),
        'Cache-Control': NO_STORE,
      }),
    );
    endWith(this.response, payload, size);
    return size;
  }
}
