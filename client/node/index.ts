/**
 * The Node client, exported as `socket.io-node/client`.
 *
 * @module
 */
export { Socket } from './socket.js';
export { ClientError, type ClientErrorCode } from './errors.js';
export type {
  AgentLike,
  ConnectAttempt,
  ConnectChanges,
  SocketOptions,
  TlsOptions,
} from './options.js';
export type { EndpointSocket, EndpointSocketEvents } from './v1/endpoint-socket.js';
export type { SocketEvents } from '../core/socket.js';
