import { endWith } from './end-with-body.js';
import { Polling } from './polling.js';

const TYPE = 'text/plain; charset=UTF-8';

/** Long polling by XMLHttpRequest: the payload is the body of the response. */
export class XhrPolling extends Polling {
  static readonly transportName: string = 'xhr-polling';

  /** Clients take everything but 200 for a disconnect: they need not poll once more to find out. */
  protected override respondClosed(): void {
    this.response.writeHead(204, this.cors());
    this.response.end();
  }

  protected answer(payload: string): void {
    const size = Buffer.byteLength(payload);
    const headers = ['Content-Type', TYPE, 'Content-Length', String(size), ...this.cors()];
    this.response.writeHead(200, headers);
    endWith(this.response, payload, size);
  }
}
