// The types of the script served as /socket.io/socket.io.delivery.js: the same as those of
// socket.io.d.ts, with a `Socket` that has the option `delivery`.
export {
  JSONP,
  setPath,
  type SocketEvents,
  Transport,
  type TransportOptions,
  type TransportType,
  util,
  version,
} from './browser/io.js';
export { Socket, type SocketOptions } from './core/delivery/socket.js';
export as namespace io;
