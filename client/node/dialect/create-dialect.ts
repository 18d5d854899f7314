import type { SocketOptions } from '../options.js';
import type * as dialectV1 from '../v1/dialect-v1.js';
import type { Dialect, DialectSocket } from './dialect.js';
import { DialectV0 } from './v0.js';

/** Loads the dialect of 0.9 when it is used: most clients do not need it. */
function loadV1(): typeof dialectV1 {
  return require('../v1/dialect-v1.js') as typeof dialectV1;
}

/** The dialect of the option `protocol`. */
export function createDialect(
  socket: DialectSocket,
  { protocol, handshake = true }: SocketOptions,
): Dialect {
  if (protocol === '0.9') return new (loadV1().DialectV1)(socket, handshake);
  return new DialectV0(socket);
}
