/** Selects how a transport is extended. @module */
import { overHttp } from './over-http.js';
import { overSocket } from './over-socket.js';
import type { ConcreteTransport, TypeOf } from './transport.js';

/** The same transport with exactly-once delivery. */
export function withDelivery<T extends ConcreteTransport>(Type: TypeOf<T>): TypeOf<T> {
  const extend = ('checkSend' in Type.prototype ? overHttp : overSocket) as (
    Plain: TypeOf<T>,
  ) => TypeOf<T>;
  return extend(Type);
}
