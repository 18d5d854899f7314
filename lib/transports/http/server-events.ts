import { asJson } from '../../protocol/frames.js';
import { Streaming } from './streaming.js';

const TYPE = 'text/event-stream';
/** Event streams turn CR into LF: texts that hold one travel as JSON. */
const CARRIAGE_RETURN = /\r/;

/** One event; a line break within the payload begins another `data:` line. */
function event(payload: string): Buffer {
  const safe = CARRIAGE_RETURN.test(payload) ? asJson(payload, CARRIAGE_RETURN) : payload;
  return Buffer.from(`data: ${safe.replaceAll('\n', '\ndata: ')}\n\n`);
}

/**
 * Server-sent events, under the name of the 0.1–0.5 line.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class ServerEvents extends Streaming {
  static readonly transportName: string = 'server-events';
  static override readonly refusesForeignPages: boolean = true;

  protected readonly wrap: (payload: string) => Buffer = event;
  #named = false;

  protected writeHead(): void {
    const headers = ['Content-Type', TYPE, 'Connection', 'keep-alive', 'Cache-Control', 'no-cache'];
    // nginx hands events on at once when told so.
    this.response.writeHead(200, [...headers, 'X-Accel-Buffering', 'no', ...this.cors()]);
    this.response.flushHeaders();
  }

  /** The id goes with the first event, and comes back as Last-Event-ID when EventSource reconnects. */
  override write(payload: string): boolean {
    if (!this.#named && this.session) {
      this.#named = true;
      this.response.write(`id: ${this.session.sessionId}\n`);
    }
    return super.write(payload);
  }
}
