/**
 * Sending to several clients: the interface that `listener.to(…)` and `client.to(…)` return.
 *
 * The names are those of Socket.IO 4, so that the same lines run there.
 *
 * @module
 */
import type { ClientInfo } from '../session/client-info.js';

/** A room, a session id, or a list of them. Rooms and session ids share one namespace. */
export type Target = string | readonly string[];

/** A client that `fetchSockets` found, here or in another process. */
export interface RemoteClient {
  readonly sessionId: string;
  readonly transport: string;
  readonly remoteAddress: string | undefined;
  /** The rooms of the client, its session id first, as they were when it was found. */
  readonly rooms: ReadonlySet<string>;
  /** Sends a message to the client. */
  send(message: unknown): this;
  /** Adds the client to rooms. */
  join(room: Target): this;
  /** Removes the client from a room. */
  leave(room: Target): this;
  /** Sends what is queued, then ends the session of the client. */
  disconnect(): this;
}

/**
 * A selection of clients. Immutable: each use of `to`, `in`, `except`, `local`, `volatile` and `timeout`
 * returns another one. A client that is in several of its rooms is selected once.
 *
 * @example listener.to('news').to('sport').except(client.sessionId).send({ goal: 1 });
 */
export interface BroadcastOperator {
  /**
   * Selects the clients of rooms too. The first call restricts the selection to its rooms;
   * `to([])` selects none.
   *
   * @throws {TypeError} If a room is not a string.
   * @throws {RangeError} If a room has more than 1,000 characters, or none.
   */
  to(room: Target): BroadcastOperator;
  /** The same as `to`. */
  in(room: Target): BroadcastOperator;
  /** Leaves the clients of rooms out. Throws as `to` does. */
  except(room: Target): BroadcastOperator;
  /** Selects clients of this process only. */
  readonly local: BroadcastOperator;
  /**
   * The same selection; its messages are dropped for clients for which they would have to wait. See
   * `client.volatile`.
   *
   * @example listener.to('game').volatile.send({ x: 1, y: 2 });
   */
  readonly volatile: BroadcastOperator;
  /** How long `count` and `fetchSockets` wait for other processes, in milliseconds. @default 2000 */
  timeout(ms: number): BroadcastOperator;
  /**
   * Sends a message to the selected clients, encoded once.
   *
   * @throws {TypeError} If an object cannot become JSON.
   */
  send(message: unknown): this;
  /**
   * Sends a named event to the selected clients, see `client.events`. Acknowledgements cannot be
   * requested.
   *
   * @throws {TypeError} If an argument cannot become JSON.
   * @example listener.to('news').emit('goal', 1, 'nil');
   */
  emit(name: string, ...args: unknown[]): this;
  /** Adds the selected clients to rooms. Throws as `to` does. */
  socketsJoin(room: Target): void;
  /** Removes the selected clients from rooms. Throws as `to` does. */
  socketsLeave(room: Target): void;
  /** Ends the sessions of the selected clients, after what was sent to them is sent. */
  disconnectSockets(): void;
  /** Returns how many clients are selected. */
  count(): Promise<number>;
  /** Returns the selected clients. */
  fetchSockets(): Promise<RemoteClient[]>;
}

/** The rooms of sessions, as a session uses them. */
export interface SessionRooms {
  add(client: ClientInfo, room: Target): void;
  delete(client: ClientInfo, room: Target): void;
  of(client: ClientInfo): Set<string>;
}
