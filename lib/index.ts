/**
 * Socket.IO-node 0.6 for today's Node.
 *
 * @example
 * const io = require('socket.io-node');
 * const listener = io.listen(server);
 * listener.on('connection', (client) => client.send('hello'));
 * @module
 */
import type { Listenable } from './server/listenable.js';
import { Listener } from './server/listener.js';
import type { ListenerOptions } from './options.js';

export type { Listenable } from './server/listenable.js';
export { Listener } from './server/listener.js';
export type { ListenerEvents } from './server/listener-events.js';
export type { Authorize, AuthorizeCallback, Denial, Verdict } from './access/authorize.js';
export { Client, type ClientEvents } from './session/client.js';
export type {
  AnyEventHandler,
  AnyIncoming,
  AnyOutgoing,
  Answer,
  ArgumentsOf,
  EventChannel,
  EventHandler,
  EventSender,
} from './events/event-channel.js';
export type {
  Endpoint,
  EndpointAuthorize,
  EndpointClient,
  EndpointClientEvents,
  EndpointEvents,
  EndpointOptions,
} from './session/v1/endpoint.js';
export type { HandshakeData } from './session/v1/handshake-data.js';
export type { CloseOptions } from './server/closing/shutdown.js';
export type { VolatileSender } from './session/flow/volatile-sender.js';
export type { BroadcastOperator, RemoteClient, Target } from './rooms/broadcast-operator.js';
export { encode, decode } from './protocol/frames.js';
export type { Bus, BusOptions } from './cluster/bus.js';
export type { BusFigures, BusState, ClusterEvents, PeerInfo } from './cluster/cluster-host.js';
export type { ListenerStats } from './metrics/stats.js';
export type { Clock } from './util/timers.js';
export type { Log } from './util/log.js';
export type { ListenerOptions, Protocol1Options, TransportOptions } from './options.js';
export type { SessionOptions } from './session/timings.js';
export type { DisconnectReason } from './session/state.js';
export type { Refusal, RefusalCode } from './access/refusal.js';
export { Transport } from './transports/transport.js';
export type {
  Exchange,
  TransportHost,
  TransportServer,
  TransportType,
} from './transports/transport-server.js';
export { HttpTransport } from './transports/http/http-transport.js';
export { Polling } from './transports/http/polling.js';
export { Streaming } from './transports/http/streaming.js';

/** The version of Socket.IO-node that this package is compatible with; old programs test it. */
export const version = '0.6.18';

/**
 * Listens for clients on an HTTP or HTTPS server.
 *
 * @param server the server, before or after its `listen()`; or an application of Express or Connect
 * @throws {TypeError} If `server` is not a server, or an option is of the wrong type.
 * @throws {RangeError} If an option is out of range.
 * @throws {Error} `ERR_SIO_RESOURCE_IN_USE` if the server has a Listener with the same resource.
 * @example io.listen(server, { resource: 'chat', origins: 'example.com:*' });
 */
export function listen(server: Listenable, options?: ListenerOptions): Listener {
  return new Listener(server, options);
}
