import type { Refusal } from '../access/refusal.js';
import type { ClusterEvents } from '../cluster/cluster-host.js';
import type { Client } from '../session/client.js';
import type { DisconnectReason } from '../session/state.js';

/** Events of a Listener; `this` in a handler is the Listener. */
export interface ListenerEvents extends ClusterEvents {
  /** A client has connected; before `connection`. */
  clientConnect: [client: Client];
  /** A client has connected. */
  connection: [client: Client];
  /** A client has sent a message; after the client's own `message`. */
  clientMessage: [message: unknown, client: Client];
  /** A session has ended; its client is no longer in `clients`. */
  clientDisconnect: [client: Client, reason: DisconnectReason];
  /** A request was refused. */
  refused: [refusal: Refusal];
}
