import { asJson } from '../../protocol/frames.js';
import { NO_STORE_NO_TRANSFORM } from './io/response-headers.js';
import { Streaming } from './streaming.js';

const BOUNDARY = '--socketio\n';
const TYPE = 'multipart/x-mixed-replace;boundary="socketio"';

/** A part ends at the boundary and loses the line end before it: such texts are sent as JSON. */
const BREAKS_PART = /\n--socketio|\r$/;

/** The boundary follows each part at once: it makes the browser emit the part. */
function part(payload: string): Buffer {
  const safe = BREAKS_PART.test(payload) ? asJson(payload, BREAKS_PART) : payload;
  return Buffer.from(`Content-Type: text/plain\n\n${safe}\n${BOUNDARY}`);
}

/** Server push of Netscape: a response of many parts, each of which replaces the one before. */
export class XhrMultipart extends Streaming {
  static readonly transportName: string = 'xhr-multipart';
  static override readonly alwaysCredentials: boolean = true;

  protected readonly wrap: (payload: string) => Buffer = part;

  protected writeHead(): void {
    // Browsers of 2011 read parts as they arrive only without chunks: the body ends with the connection.
    this.response.removeHeader('Transfer-Encoding');
    this.response.writeHead(
      200,
      this.withCors({
        'Content-Type': TYPE,
        Connection: this.connectionHeader(true),
        'Cache-Control': NO_STORE_NO_TRANSFORM,
      }),
    );
    this.response.write(BOUNDARY);
  }
}
