import type { TransportType } from '../transport-server.js';
import { HtmlFileV1 } from './htmlfile.js';
import { JsonpPollingV1 } from './jsonp-polling.js';
import { FlashsocketV1, WebsocketV1 } from './websocket.js';
import { XhrPollingV1 } from './xhr-polling.js';

/** The transports of protocol 1 by name. They are those of 0.6 with other packets in them. */
export const V1_TRANSPORTS: ReadonlyMap<string, TransportType> = new Map(
  [WebsocketV1, FlashsocketV1, HtmlFileV1, XhrPollingV1, JsonpPollingV1].map(
    (type): [string, TransportType] => [type.transportName, type],
  ),
);

export { corsHeadersV1 } from './http.js';
