import type { Client } from '../session/client.js';
import type { RemoteClient, SessionRooms, Target } from './broadcast-operator.js';
import { toShared } from '../session/events/to-shared.js';

/** A session of this process, as `fetchSockets` returns it. */
export class LocalClient implements RemoteClient {
  readonly sessionId: string;
  readonly transport: string;
  readonly remoteAddress: string | undefined;
  readonly rooms: ReadonlySet<string>;
  readonly #client: Client;
  readonly #rooms: SessionRooms;

  constructor(client: Client, rooms: SessionRooms) {
    this.sessionId = client.sessionId;
    this.transport = client.transport;
    this.remoteAddress = client.remoteAddress;
    this.rooms = rooms.of(client);
    this.#client = client;
    this.#rooms = rooms;
  }

  send(message: unknown): this {
    this.#client._sendShared(toShared(message));
    return this;
  }

  join(room: Target): this {
    this.#rooms.add(this.#client, room);
    return this;
  }

  leave(room: Target): this {
    this.#rooms.delete(this.#client, room);
    return this;
  }

  disconnect(): this {
    this.#client._close('server disconnect');
    return this;
  }
}
