import { NO_STORE_NO_TRANSFORM, type Headers } from './io/response-headers.js';
import { scriptLiteral } from './script-literal.js';
import { Streaming } from './streaming.js';

/**
 * Internet Explorer renders after 256 bytes, current WebKit and Firefox after about a kilobyte,
 * or with a charset in the Content-Type: the response has both.
 */
const HEAD: string = '<html><body>' + ' '.repeat(1100);
const TYPE = 'text/html; charset=utf-8';

function script(payload: string): Buffer {
  return Buffer.from(`<script>parent.s._(${scriptLiteral(payload)}, document);</script>`);
}

/** A page in a hidden frame that does not finish loading; each payload is a script in it. */
export class HtmlFile extends Streaming {
  static readonly transportName: string = 'htmlfile';
  static override readonly refusesForeignPages: boolean = true;

  protected readonly wrap: (payload: string) => Buffer = script;

  protected writeHead(): void {
    const endsWithConnection = this.saysGoodbye;
    // For our own client. When the connection of a page without chunks breaks, current browsers
    // emit `load`. For a page with chunks they emit no event.
    if (endsWithConnection) this.response.removeHeader('Transfer-Encoding');
    const headers: Headers = {
      'Content-Type': TYPE,
      Connection: this.connectionHeader(endsWithConnection),
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': NO_STORE_NO_TRANSFORM,
    };
    this.response.writeHead(200, headers);
    this.response.write(HEAD);
  }
}
