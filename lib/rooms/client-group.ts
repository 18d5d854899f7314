/**
 * A group of clients that are reached in the same way. The sessions of this Listener are one group;
 * the clients of other processes and of an official server are others.
 *
 * @module
 */
import type { RemoteClient } from './broadcast-operator.js';
import type { SharedPayload } from '../session/shared-payload.js';

/** A selection of clients of a group. */
export interface Selection {
  /** Clients of any of these rooms or with these session ids; null: all clients. */
  readonly rooms: readonly string[] | null;
  /** Clients of these rooms or with these session ids are left out. */
  readonly except: readonly string[];
}

/** A group of clients. */
export interface ClientGroup {
  /** True if its clients are connected to this process. */
  readonly isLocal: boolean;
  /**
   * MUST send to each selected client once, in the order of the calls; a volatile payload only to
   * clients for which it does not have to wait. MUST NOT throw.
   */
  send(shared: SharedPayload, selection: Selection): void;
  join(selection: Selection, rooms: readonly string[]): void;
  leave(selection: Selection, rooms: readonly string[]): void;
  disconnect(selection: Selection): void;
  /** @param timeoutMs how long to wait for others at most */
  count(selection: Selection, timeoutMs: number): number | Promise<number>;
  list(selection: Selection, timeoutMs: number): RemoteClient[] | Promise<RemoteClient[]>;
}
