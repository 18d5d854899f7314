import type { ClientGroup, Selection } from '../rooms/client-group.js';
import { roomNames } from '../rooms/room-names.js';
import type { RemoteClient, Target } from '../rooms/broadcast-operator.js';
import { toShared } from '../session/events/to-shared.js';

/** A client as its process describes it. */
export interface Description {
  readonly sessionId: string;
  readonly transport: string;
  readonly remoteAddress?: string | undefined;
  readonly rooms: readonly string[];
}

function isDescription(value: unknown): value is Description {
  if (typeof value !== 'object' || value === null) return false;
  const { sessionId, transport, rooms } = value as Record<string, unknown>;
  return typeof sessionId === 'string' && typeof transport === 'string' && Array.isArray(rooms);
}

/** The descriptions in an answer; those that are malformed are left out. */
export function readDescriptions(answer: unknown): Description[] {
  return Array.isArray(answer) ? answer.filter(isDescription) : [];
}

/** A client of another process. */
export class RemoteProxy implements RemoteClient {
  readonly sessionId: string;
  readonly transport: string;
  readonly remoteAddress: string | undefined;
  readonly rooms: ReadonlySet<string>;
  readonly #group: ClientGroup;

  constructor({ sessionId, transport, remoteAddress, rooms }: Description, group: ClientGroup) {
    this.sessionId = sessionId;
    this.transport = transport;
    this.remoteAddress = remoteAddress;
    this.rooms = new Set(rooms);
    this.#group = group;
  }

  send(message: unknown): this {
    this.#group.send(toShared(message), this.#selection);
    return this;
  }

  join(room: Target): this {
    this.#group.join(this.#selection, roomNames(room));
    return this;
  }

  leave(room: Target): this {
    this.#group.leave(this.#selection, roomNames(room));
    return this;
  }

  disconnect(): this {
    this.#group.disconnect(this.#selection);
    return this;
  }

  get #selection(): Selection {
    return { rooms: [this.sessionId], except: [] };
  }
}
