/**
 * The transports of the Node client.
 *
 * @module
 */
import { XHRPolling } from '../../core/transports/xhr-polling.js';
import { type TransportType, withNodeFeatures } from './features.js';
import { withNodeHttp } from './http.js';
import { HixieWebSocket } from './hixie.js';
import { ServerEvents } from './server-events.js';
import { NodeWebSocket } from './websocket.js';

export type { WithHandshake } from './features.js';

/** The transports by name. */
export const transports: ReadonlyMap<string, TransportType> = new Map([
  ['websocket', withNodeFeatures(NodeWebSocket)],
  ['hixie-76', withNodeFeatures(HixieWebSocket)],
  ['server-events', withNodeFeatures(withNodeHttp(ServerEvents))],
  ['xhr-polling', withNodeFeatures(withNodeHttp(XHRPolling))],
]);
