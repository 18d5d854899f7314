import { invalidType } from '../util/invalid-type.js';
import type { TransportChoice } from '../options.js';
import { TRANSPORTS_OF_0_6 } from './names.js';
import { Flashsocket } from './websocket/flashsocket.js';
import { HtmlFile } from './http/htmlfile.js';
import { JsonpPolling } from './http/jsonp-polling.js';
import { ServerEvents } from './http/server-events.js';
import { Websocket } from './websocket/websocket.js';
import { XhrMultipart } from './http/xhr-multipart.js';
import { XhrPolling } from './http/xhr-polling.js';
import type {
  Exchange,
  TransportHost,
  TransportServer,
  TransportType,
} from './transport-server.js';

/** The transports of this package. */
export const BUILT_IN: ReadonlyMap<string, TransportType> = new Map(
  [Websocket, Flashsocket, HtmlFile, XhrMultipart, XhrPolling, JsonpPolling, ServerEvents].map(
    (type): [string, TransportType] => [type.transportName, type],
  ),
);

function find(choice: TransportChoice, at: number): TransportType {
  if (typeof choice !== 'string') return choice as TransportType;
  const type = BUILT_IN.get(choice);
  if (type) return type;
  const names = [...BUILT_IN.keys()].join(', ');
  throw invalidType(`transports[${at}]`, `one of ${names}`, choice);
}

/**
 * The transports of a Listener, by name. The default list is that of 0.6 with `server-events`,
 * which 0.6 did not have.
 *
 * @throws {TypeError} If a name is unknown.
 */
export function selectTransports(
  choices: readonly TransportChoice[],
): ReadonlyMap<string, TransportType> {
  const list = choices === TRANSPORTS_OF_0_6 ? [...choices, ServerEvents] : choices;
  return new Map(list.map(find).map((type) => [type.transportName, type]));
}

/** A type as version 1.0 had it: it kept nothing for a Listener, and had no `create`. */
interface StatelessType {
  handle(exchange: Exchange): void;
}

/** Makes the part of a transport that serves one Listener. */
export function createServer(type: TransportType, host: TransportHost): TransportServer {
  if (typeof type.create === 'function') return type.create(host);
  const stateless = type as object as StatelessType;
  return { handle: (exchange) => stateless.handle(exchange) };
}
