import { scriptLiteral } from './script-literal.js';
import { Streaming } from './streaming.js';

/**
 * Internet Explorer renders after 256 bytes, WebKit and Firefox of today after about a
 * kilobyte, or with a charset in the Content-Type: send both.
 */
const HEAD: string = '<html><body>' + ' '.repeat(1100);
const TYPE = 'text/html; charset=utf-8';

function script(payload: string): Buffer {
  return Buffer.from(`<script>parent.s._(${scriptLiteral(payload)}, document);</script>`);
}

/** A page in a hidden frame that never ends loading; every payload is a script in it. */
export class HtmlFile extends Streaming {
  static readonly transportName: string = 'htmlfile';
  static override readonly refusesForeignPages: boolean = true;

  protected readonly wrap: (payload: string) => Buffer = script;

  protected writeHead(): void {
    const headers = ['Content-Type', TYPE];
    if (this.saysGoodbye) {
      // Our own client: a page without chunks that breaks off has loaded, and browsers of today
      // tell of it. Of a chunked page that breaks off they say nothing.
      this.response.removeHeader('Transfer-Encoding');
      headers.push('Connection', 'close');
    } else {
      headers.push('Connection', 'keep-alive');
    }
    headers.push('X-Content-Type-Options', 'nosniff', 'Cache-Control', 'no-store');
    this.response.writeHead(200, headers);
    this.response.write(HEAD);
  }
}
