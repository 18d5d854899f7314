import { Polling } from './polling.js';

const TYPE = 'text/plain; charset=UTF-8';

/** Long polling by XMLHttpRequest: the payload is the body of the response. */
export class XhrPolling extends Polling {
  static readonly transportName: string = 'xhr-polling';

  protected answer(payload: string): void {
    const size = String(Buffer.byteLength(payload));
    this.response.writeHead(200, ['Content-Type', TYPE, 'Content-Length', size, ...this.cors()]);
    this.response.end(payload);
  }
}
