/**
 * The rooms of the sessions of one Listener: which session is in which room, and sending to them.
 *
 * Two maps hold it, from rooms to sessions and from sessions to rooms. A session that is in no
 * room is in neither; the room that each session has by its own id is not stored: it is found by
 * the id. A room exists as long as it has a session.
 *
 * @module
 */
import type { RemoteClient, SessionRooms, Target } from './broadcast-operator.js';
import type { Client } from '../session/client.js';
import type { ClientInfo } from '../session/client-info.js';
import type { SharedPayload } from '../session/shared-payload.js';
import type { ClientGroup, Selection } from './client-group.js';
import { LocalClient } from './local-client.js';
import { roomNames } from './room-names.js';

/** The sessions of a Listener by id. */
export interface Sessions {
  get(sessionId: string): Client | undefined;
  values(): IterableIterator<Client>;
}

export class Rooms implements ClientGroup, SessionRooms {
  readonly isLocal = true;
  readonly #sessions: Sessions;
  readonly #members = new Map<string, Set<Client>>();
  readonly #rooms = new Map<ClientInfo, Set<string>>();

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  /** How many rooms have a session. */
  get size(): number {
    return this.#members.size;
  }

  /** Adds a session to rooms. A session that has ended is not added: its rooms would stay. */
  add(info: ClientInfo, target: Target): void {
    const rooms = roomNames(target);
    const client = this.#sessions.get(info.sessionId);
    if (client === undefined || client !== info) return;
    for (const room of rooms) {
      if (room === client.sessionId) continue;
      let own = this.#rooms.get(client);
      if (!own) this.#rooms.set(client, (own = new Set()));
      own.add(room);
      let members = this.#members.get(room);
      if (!members) this.#members.set(room, (members = new Set()));
      members.add(client);
    }
  }

  /** Removes a session from rooms. */
  delete(client: ClientInfo, target: Target): void {
    const rooms = roomNames(target);
    const own = this.#rooms.get(client);
    if (!own) return;
    for (const room of rooms) {
      if (!own.delete(room)) continue;
      const members = this.#members.get(room);
      members?.delete(client as Client);
      if (members?.size === 0) this.#members.delete(room);
    }
    if (own.size === 0) this.#rooms.delete(client);
  }

  /** Removes a session from all its rooms. */
  clear(client: ClientInfo): void {
    const own = this.#rooms.get(client);
    if (own) this.delete(client, [...own]);
  }

  /** The rooms of a session, that of its id first. */
  of(client: ClientInfo): Set<string> {
    return new Set([client.sessionId, ...(this.#rooms.get(client) ?? [])]);
  }

  send(shared: SharedPayload, selection: Selection): void {
    const use = shared.isVolatile
      ? (client: Client): void => client._sendVolatileShared(shared)
      : (client: Client): void => client._sendShared(shared);
    this.#forEach(selection, use);
  }

  join(selection: Selection, rooms: readonly string[]): void {
    for (const client of this.#select(selection)) this.add(client, rooms);
  }

  leave(selection: Selection, rooms: readonly string[]): void {
    for (const client of this.#select(selection)) this.delete(client, rooms);
  }

  disconnect(selection: Selection): void {
    for (const client of this.#select(selection)) client._close('server disconnect');
  }

  count(selection: Selection): number {
    let count = 0;
    this.#forEach(selection, () => count++);
    return count;
  }

  list(selection: Selection): RemoteClient[] {
    return this.#select(selection).map((client) => new LocalClient(client, this));
  }

  /** The selected sessions as a list, for what changes the rooms or the sessions. */
  #select(selection: Selection): Client[] {
    const clients: Client[] = [];
    this.#forEach(selection, (client) => clients.push(client));
    return clients;
  }

  /** Calls `use` for each selected session once. `use` MUST NOT change rooms or sessions. */
  #forEach({ rooms, except }: Selection, use: (client: Client) => void): void {
    const isExcluded = except.length > 0 ? this.#filter(except) : null;
    const only = rooms?.length === 1 ? rooms[0] : undefined;
    const clients =
      only !== undefined
        ? this.#inRoom(only)
        : rooms === null
          ? this.#sessions.values()
          : this.#union(rooms);
    for (const client of clients) {
      if (isExcluded === null || !isExcluded(client)) use(client);
    }
  }

  /** The sessions of one room: those that joined it, or the one whose id it is. */
  #inRoom(room: string): Iterable<Client> {
    const members = this.#members.get(room);
    const owner = this.#sessions.get(room);
    if (!owner) return members ?? [];
    return members ? new Set([owner, ...members]) : [owner];
  }

  #union(rooms: readonly string[]): Iterable<Client> {
    const clients = new Set<Client>();
    for (const room of rooms) {
      for (const client of this.#inRoom(room)) clients.add(client);
    }
    return clients;
  }

  #filter(except: readonly string[]): (client: Client) => boolean {
    const names = new Set(except);
    return (client) => {
      if (names.has(client.sessionId)) return true;
      const own = this.#rooms.get(client);
      return own !== undefined && except.some((room) => own.has(room));
    };
  }
}
