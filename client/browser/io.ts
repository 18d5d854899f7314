/**
 * The properties of the global `io`, with the names of client 0.6.3.
 *
 * @module
 */
import { platform } from '../core/platform.js';
import { registerTransports, Transport as BaseTransport } from '../core/transport.js';
import { FlashSocket, setPath } from './transports/flashsocket.js';
import { HTMLFile } from './transports/htmlfile.js';
import { JSONPPolling } from './transports/jsonp-polling.js';
import { ServerEvents } from '../core/transports/server-events.js';
import { WS } from '../core/transports/websocket.js';
import { XHRMultipart } from '../core/transports/xhr-multipart.js';
import { XHRPolling } from '../core/transports/xhr-polling.js';
import { XHR } from '../core/transports/xhr.js';
import * as functions from '../core/util.js';

export { setPath };
export { JSONP } from './transports/jsonp-polling.js';
export { Socket, type SocketEvents } from '../core/socket.js';
export type { SocketOptions } from '../core/options.js';
export type { TransportOptions, TransportType } from '../core/transport.js';

/** The version of the original client whose interface this module has. */
export const version = '0.6.3';

/** The transports by name; pages may add their own. */
export interface Transports {
  XHR: typeof XHR;
  websocket: typeof WS;
  flashsocket: typeof FlashSocket;
  'server-events': typeof ServerEvents;
  htmlfile: typeof HTMLFile;
  'xhr-multipart': typeof XHRMultipart;
  'xhr-polling': typeof XHRPolling;
  'jsonp-polling': typeof JSONPPolling;
}

/** The base class of all transports; its properties are the transports by name. */
export const Transport: typeof BaseTransport & Transports = BaseTransport as typeof BaseTransport &
  Transports;
Transport.XHR = XHR;
registerTransports([
  WS,
  FlashSocket,
  ServerEvents,
  HTMLFile,
  XHRMultipart,
  XHRPolling,
  JSONPPolling,
]);

/** Helper functions that transports of 2011 use. */
export const util: Pick<
  typeof functions,
  'load' | 'defer' | 'inherit' | 'indexOf' | 'isArray' | 'merge'
> & { webkit: boolean } = {
  load: functions.load,
  defer: functions.defer,
  inherit: functions.inherit,
  indexOf: functions.indexOf,
  isArray: functions.isArray,
  merge: functions.merge,
  webkit: /webkit/i.test(platform.navigator.userAgent!),
};
