// The types of the script served as /socket.io/socket.io.js: the global `io`, or what
// `require` and AMD loaders get from it.
export {
  JSONP,
  setPath,
  Socket,
  type SocketEvents,
  type SocketOptions,
  Transport,
  type TransportOptions,
  type TransportType,
  util,
  version,
} from './browser/io.js';
export as namespace io;
