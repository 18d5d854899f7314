import type { IncomingMessage } from 'node:http';
import type { Route } from '../../protocol/url.js';
import type { Endpoint } from '../../session/v1/endpoint.js';
import { STREAMING_DEFAULTS } from '../../session/timings.js';
import type {
  Exchange,
  TransportHost,
  TransportServer,
  TransportType,
} from '../../transports/transport-server.js';
import type { HeaderInterner } from '../header-interner.js';
import { isHandshake } from '../plain-request.js';
import type { RouterHost, RouterParts } from '../router.js';
import type { V1Server } from './v1-server.js';

/** What {@link V1Server} needs of its Listener. */
export interface V1Parts extends RouterParts {
  readonly interner: HeaderInterner;
  /** The endpoints that the application has declared, by name. */
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  /** True once no more sessions may begin. */
  isOver(): boolean;
}

/** 0.6 has the name of a transport where later generations have the number of their protocol. */
const VERSION = /^\d[\d.]{0,8}$/;

const load = (): typeof import('./v1-server.js') =>
  require('./v1-server.js') as typeof import('./v1-server.js');

/** Claims the requests of protocol 1 for a Listener, and loads what serves them with the first. */
class Protocol1 implements TransportServer {
  readonly #create: () => V1Server;
  #server: V1Server | null = null;

  constructor(create: () => V1Server) {
    this.#create = create;
  }

  claims({ transport }: Route, request: IncomingMessage, isUpgrade: boolean): boolean {
    return VERSION.test(transport) && (!isUpgrade || isHandshake(request));
  }

  handle(exchange: Exchange): void {
    this.#server ??= this.#create();
    this.#server.handle(exchange);
  }

  close(): void {
    this.#server?.close();
  }
}

/** Protocol 1 as a transport of a Listener, which claims all paths that begin with its number. */
export function protocol1(host: RouterHost, parts: V1Parts): TransportType {
  return {
    transportName: '1',
    defaults: STREAMING_DEFAULTS,
    create: (transportHost: TransportHost) =>
      new Protocol1(() => new (load().V1Server)(host, parts, transportHost)),
  };
}
