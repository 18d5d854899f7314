/**
 * `socket.io-node/bridge`: clients of the official Socket.IO 2 to 4 on a Listener.
 *
 * @module
 */
import type { Listener } from '../server/listener.js';
import { ListenerPort } from './listener-port.js';
import {
  attachOnce,
  emitsByAdapter,
  namespaceOf,
  ownsRequest,
  recoveryTime,
  refuseNew,
  type OfficialNamespace,
  type OfficialServer,
} from './official.js';
import { OfficialClients } from './official-clients.js';
import { resolveBridgeOptions, type BridgeOptions } from './options.js';

export { BridgedClient } from './bridged-client.js';
export type { OfficialConnection, OfficialServer, OfficialSocket } from './official.js';
export type { BridgeOptions } from './options.js';

/** What {@link bridge} returns. */
export interface Bridge {
  /** The number of official clients. */
  readonly size: number;
  /**
   * Ends the sessions of the official clients, with the reason `server close`. Sockets that connect
   * later belong to the official server only. `listener.close()` calls it.
   */
  close(): void;
}

const bridged = new WeakSet<OfficialNamespace>();

/**
 * Makes the clients of an official server clients of a Listener: `connection`, `message`, `send`,
 * `broadcast` and rooms include them.
 *
 * The official server may have been attached to the HTTP server of the Listener before; otherwise
 * it is attached now. Both have the same port, and may have the same path. The official server
 * keeps all that it has: named events, acknowledgements, namespaces, middleware, adapters.
 *
 * @param official a `Server` of the package `socket.io`, version 4
 * @throws {TypeError} If `official` is not such a server, or an option is of the wrong type.
 * @throws {RangeError} If an option has an invalid value.
 * @throws {Error} `ERR_SIO_ALREADY_BRIDGED` if the namespace is bridged already.
 * @example
 * const listener = io.listen(server);
 * bridge(listener, new Server(server, { allowEIO3: true }));
 */
export function bridge(
  listener: Listener,
  official: OfficialServer,
  options?: BridgeOptions,
): Bridge {
  const { namespace: name, events, client } = resolveBridgeOptions(options);
  if (typeof official?.attach !== 'function' || typeof official.of !== 'function') {
    throw new TypeError('Expected a `Server` of the package socket.io, version 4');
  }
  const namespace = namespaceOf(official, name);
  if (bridged.has(namespace)) {
    const error = new Error(`The namespace '${name}' has a bridge already`);
    throw Object.assign(error, { code: 'ERR_SIO_ALREADY_BRIDGED' });
  }
  bridged.add(namespace);
  attachOnce(official, listener.server);
  const port = new ListenerPort(listener._parts);
  const clients = new OfficialClients(port, namespace, {
    events,
    refuseNew: () => refuseNew(official),
    emitsByAdapter: emitsByAdapter(official),
    recoveryTime: () => recoveryTime(official, namespace),
  });
  const leave = port.add(clients, ownsRequest(official, client === 'official'));
  clients.onClose = () => {
    leave();
    bridged.delete(namespace);
  };
  return {
    get size() {
      return clients.size;
    },
    close: () => clients.close(),
  };
}
