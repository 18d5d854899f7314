import type { IncomingMessage } from 'node:http';
import type { HeaderList } from '../../access/cors.js';
import type { OriginDecision } from '../../access/origins.js';
import type { HttpExchange } from '../http/http-transport.js';
import { XhrPolling } from '../http/xhr-polling.js';

import { corsHeadersV1, NOOP, receiveV1 } from './http.js';

const bodyItself = (body: Buffer): string => body.toString();

/** xhr-polling of protocol 1: the body of a POST is the payload. */
export class XhrPollingV1 extends XhrPolling {
  static override readonly refusesForeignPages: boolean = true;

  static override _receive(exchange: HttpExchange): void {
    receiveV1(exchange, bodyItself);
  }

  static override _corsHeaders(request: IncomingMessage, origin: OriginDecision): HeaderList {
    return corsHeadersV1(request, origin);
  }

  protected override get _noop(): string {
    return NOOP;
  }

  /** Clients of protocol 1 detect the end with their next poll. */
  protected override respondClosed(): void {
    this.answer(NOOP);
  }
}
