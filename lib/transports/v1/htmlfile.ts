import type { IncomingMessage } from 'node:http';
import type { HeaderList } from '../../access/cors.js';
import type { OriginDecision } from '../../access/origins.js';
import { HtmlFile } from '../http/htmlfile.js';
import type { HttpExchange } from '../http/http-transport.js';
import { scriptLiteral } from '../http/script-literal.js';
import { corsHeadersV1, receiveV1 } from './http.js';

const bodyItself = (body: Buffer): string => body.toString();

/** The client of 0.9 turns `\/` into `/` by itself, so every slash is escaped. */
function script(payload: string): Buffer {
  const literal = scriptLiteral(payload).replaceAll('/', '\\/');
  return Buffer.from(`<script>parent.s._(${literal}, document);</script>`);
}

/** htmlfile of protocol 1. Its POSTs are those of xhr-polling. */
export class HtmlFileV1 extends HtmlFile {
  protected override readonly wrap: (payload: string) => Buffer = script;

  static override _receive(exchange: HttpExchange): void {
    receiveV1(exchange, bodyItself);
  }

  static override _corsHeaders(request: IncomingMessage, origin: OriginDecision): HeaderList {
    return corsHeadersV1(request, origin);
  }

  /** The session ends with the stream: protocol 1 has no close request. */
  protected override get saysGoodbye(): boolean {
    return false;
  }
}
