import { STREAMING_DEFAULTS, type SessionOptions } from '../../session/timings.js';
import { Transport } from '../transport.js';
import type { Exchange, TransportHost, TransportServer } from '../transport-server.js';
import type { Rfc6455Server } from './rfc6455.js';

/** The token of drafts 75 and 76, in exactly this spelling. */
const HIXIE_TOKEN = 'WebSocket';

// Both are loaded for the first client that needs them, and crypto with them: loading `ws` takes
// 10 ms, two thirds of the time for the rest of the package.
const loadRfc6455 = (): typeof import('./rfc6455.js') =>
  require('./rfc6455.js') as typeof import('./rfc6455.js');
const loadHixie = (): typeof import('./hixie.js') =>
  require('./hixie.js') as typeof import('./hixie.js');

/** WebSockets of every version: RFC 6455, its drafts, and the older drafts 75 and 76. */
export abstract class Websocket extends Transport {
  static readonly transportName: string = 'websocket';
  static readonly defaults: Readonly<SessionOptions> = STREAMING_DEFAULTS;
  /** False: where the server ends a connection, it ends the TCP connection without a close frame. */
  static readonly sendsCloseFrame: boolean = true;

  static override create(this: unknown, host: TransportHost): TransportServer {
    return new WebsocketServer(host);
  }
}

class WebsocketServer implements TransportServer {
  readonly #host: TransportHost;
  #rfc6455: Rfc6455Server | null = null;

  constructor(host: TransportHost) {
    this.#host = host;
  }

  handle(exchange: Exchange): void {
    const { request, response } = exchange;
    if (response) {
      const headers = { Upgrade: 'websocket', Connection: 'Upgrade' };
      this.#host.refuse('ERR_SIO_UPGRADE_REQUIRED', request, response, headers);
      return;
    }
    const { headers } = request;
    const isHixie = headers.upgrade === HIXIE_TOKEN && !('sec-websocket-version' in headers);
    if (isHixie) {
      loadHixie().Hixie.accept(exchange);
      return;
    }
    this.#rfc6455 ??= new (loadRfc6455().Rfc6455Server)(this.#host);
    this.#rfc6455.accept(exchange);
  }
}
