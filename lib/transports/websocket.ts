import { STREAMING_DEFAULTS, type SessionOptions } from '../options.js';
import { Hixie } from './hixie.js';
import { Rfc6455 } from './rfc6455.js';
import { Transport, type Exchange } from './transport.js';

/** The token of drafts 75 and 76, in exactly this spelling. */
const HIXIE_TOKEN = 'WebSocket';

/** WebSockets of every age: RFC 6455, its drafts, and drafts 75 and 76 before them. */
export abstract class Websocket extends Transport {
  static readonly transportName: string = 'websocket';
  static readonly takesUpgrades: boolean = true;
  static readonly defaults: Readonly<SessionOptions> = STREAMING_DEFAULTS;

  static handle(exchange: Exchange): void {
    const { host, request, response, socket } = exchange;
    const { origin, upgrade } = request.headers;
    if (response) {
      const headers = { Upgrade: 'websocket', Connection: 'Upgrade' };
      host._refuse('ERR_SIO_UPGRADE_REQUIRED', request, response, headers);
    } else if (!host._origins.allows(origin)) {
      host._refuse('ERR_SIO_FORBIDDEN_ORIGIN', request, socket);
    } else if (upgrade === HIXIE_TOKEN && !('sec-websocket-version' in request.headers)) {
      Hixie.accept(exchange);
    } else {
      Rfc6455.accept(exchange);
    }
  }
}
