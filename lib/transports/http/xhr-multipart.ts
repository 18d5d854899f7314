import { asJson } from '../../protocol/frames.js';
import { Streaming } from './streaming.js';

const BOUNDARY = '--socketio\n';
const TYPE = 'multipart/x-mixed-replace;boundary="socketio"';

/** A part ends at the boundary and loses the line end before it: such texts travel as JSON. */
const BREAKS_PART = /\n--socketio|\r$/;

/** The boundary follows each part at once, so that the browser hands the part out. */
function part(payload: string): Buffer {
  const safe = BREAKS_PART.test(payload) ? asJson(payload, BREAKS_PART) : payload;
  return Buffer.from(`Content-Type: text/plain\n\n${safe}\n${BOUNDARY}`);
}

/** Server push of Netscape: a response of many parts, each replacing the one before. */
export class XhrMultipart extends Streaming {
  static readonly transportName: string = 'xhr-multipart';
  static override readonly alwaysCredentials: boolean = true;

  protected readonly wrap: (payload: string) => Buffer = part;

  protected writeHead(): void {
    // Browsers of 2011 read parts as they come only without chunks: the stream ends with the connection.
    this.response.removeHeader('Transfer-Encoding');
    const headers = ['Content-Type', TYPE, 'Connection', 'keep-alive', 'Cache-Control', 'no-store'];
    this.response.writeHead(200, [...headers, ...this.cors()]);
    this.response.write(BOUNDARY);
  }
}
