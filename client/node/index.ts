/**
 * The Node client, exported as `socket.io-node/client`.
 *
 * @module
 */
export { Socket } from './socket.js';
export { ClientError, type ClientErrorCode } from './errors.js';
export type { SocketOptions, TlsOptions } from './options.js';
export type { SocketEvents } from '../core/socket.js';
