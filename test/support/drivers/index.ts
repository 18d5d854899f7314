import type { Driver, DriverOptions } from './driver.js';
import { HixieDriver } from './hixie.js';
import { JsonpPollingDriver, XhrPollingDriver } from './polling.js';
import { HtmlFileDriver, ServerEventsDriver, XhrMultipartDriver } from './streams.js';
import { WebsocketDriver } from './websocket.js';

export { Driver, Refused, type DriverOptions, type Kind } from './driver.js';
export { HttpDriver, StreamingDriver } from './http.js';
export { HixieDriver } from './hixie.js';
export { JsonpPollingDriver, PollingDriver, XhrPollingDriver } from './polling.js';
export { HtmlFileDriver, ServerEventsDriver, XhrMultipartDriver } from './streams.js';
export { WebsocketDriver } from './websocket.js';

/** A way to be a client, by name. */
export interface Variant {
  readonly name: string;
  readonly create: (port: number, options?: DriverOptions) => Driver;
}

/** Every transport, and every way that clients have of speaking it. */
export const VARIANTS: readonly Variant[] = [
  { name: 'websocket', create: (port, options) => new WebsocketDriver(port, options) },
  {
    name: 'websocket, version 8',
    create: (port, options) => new WebsocketDriver(port, { ...options, version: 8 }),
  },
  {
    name: 'websocket, hixie-75',
    create: (port, options) => new HixieDriver(port, { ...options, draft: '75' }),
  },
  { name: 'websocket, hixie-76', create: (port, options) => new HixieDriver(port, options) },
  {
    name: 'websocket, hixie-76 with a late third key',
    create: (port, options) => new HixieDriver(port, { ...options, key3: 'late' }),
  },
  {
    name: 'websocket, hixie-76 with a split third key',
    create: (port, options) => new HixieDriver(port, { ...options, key3: 'split' }),
  },
  {
    name: 'flashsocket',
    create: (port, options) => new WebsocketDriver(port, { ...options, transport: 'flashsocket' }),
  },
  {
    name: 'flashsocket, hixie-76',
    create: (port, options) => new HixieDriver(port, { ...options, transport: 'flashsocket' }),
  },
  { name: 'htmlfile', create: (port, options) => new HtmlFileDriver(port, options) },
  { name: 'xhr-multipart', create: (port, options) => new XhrMultipartDriver(port, options) },
  { name: 'xhr-polling', create: (port, options) => new XhrPollingDriver(port, options) },
  { name: 'jsonp-polling', create: (port, options) => new JsonpPollingDriver(port, options) },
  { name: 'server-events', create: (port, options) => new ServerEventsDriver(port, options) },
];
