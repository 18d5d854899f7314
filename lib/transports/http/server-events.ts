import { asJson } from '../../protocol/frames.js';
import { NO_STORE_NO_TRANSFORM } from './io/response-headers.js';
import { Streaming } from './streaming.js';

const TYPE = 'text/event-stream';
/** Event streams read a CR as a line end: texts that contain one are sent as JSON. */
const CARRIAGE_RETURN = /\r/;

/** One event. A line end in the payload begins another `data:` line. */
function event(payload: string): Buffer {
  const safe = CARRIAGE_RETURN.test(payload) ? asJson(payload, CARRIAGE_RETURN) : payload;
  return Buffer.from(`data: ${safe.replaceAll('\n', '\ndata: ')}\n\n`);
}

/**
 * Server-sent events, under the name that Socket.IO 0.1 to 0.5 had for them.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class ServerEvents extends Streaming {
  static readonly transportName: string = 'server-events';
  static override readonly refusesForeignPages: boolean = true;

  protected readonly wrap: (payload: string) => Buffer = event;
  #hasId = false;

  protected writeHead(): void {
    this.response.writeHead(
      200,
      this.withCors({
        'Content-Type': TYPE,
        Connection: this.connectionHeader(),
        'Cache-Control': NO_STORE_NO_TRANSFORM,
        // nginx forwards each event at once.
        'X-Accel-Buffering': 'no',
      }),
    );
    this.response.flushHeaders();
  }

  /** The first event has the id: EventSource sends it as Last-Event-ID when it reconnects. */
  override write(payload: string): boolean {
    if (!this.#hasId && this.session) {
      this.#hasId = true;
      this.response.write(`id: ${this.session.sessionId}\n`);
    }
    return super.write(payload);
  }
}
