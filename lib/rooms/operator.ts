/**
 * The selection of clients that `listener.to(…)` and `client.to(…)` return.
 *
 * @module
 */
import type { BroadcastOperator, RemoteClient, Target } from './broadcast-operator.js';
import { NamedEvent } from '../events/event-channel.js';
import { toShared } from '../session/events/to-shared.js';
import type { SharedPayload } from '../session/shared-payload.js';
import { invalidType } from '../util/invalid-type.js';
import type { ClientGroup, Selection } from './client-group.js';
import { roomNames } from './room-names.js';

const DEFAULT_TIMEOUT_MS = 2000;
/** The longest delay of a timer of Node. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export const EVERYONE: Selection = Object.freeze({ rooms: null, except: Object.freeze([]) });

/** Sends to groups of clients, the local ones first. */
export class Operator implements BroadcastOperator {
  readonly #groups: () => readonly ClientGroup[];
  readonly #selection: Selection;
  readonly #isLocal: boolean;
  readonly #timeoutMs: number;
  readonly #isVolatile: boolean;

  /** @param groups called for each send; returns the groups, local ones first */
  constructor(
    groups: () => readonly ClientGroup[],
    selection: Selection = EVERYONE,
    isLocal = false,
    timeoutMs: number = DEFAULT_TIMEOUT_MS,
    isVolatile = false,
  ) {
    this.#groups = groups;
    this.#selection = selection;
    this.#isLocal = isLocal;
    this.#timeoutMs = timeoutMs;
    this.#isVolatile = isVolatile;
  }

  get local(): BroadcastOperator {
    return this.#with({ isLocal: true });
  }

  get volatile(): BroadcastOperator {
    return this.#with({ isVolatile: true });
  }

  to(room: Target): BroadcastOperator {
    const { rooms, except } = this.#selection;
    return this.#with({
      selection: { rooms: [...(rooms ?? []), ...roomNames(room)], except },
    });
  }

  in(room: Target): BroadcastOperator {
    return this.to(room);
  }

  except(room: Target): BroadcastOperator {
    const { rooms, except } = this.#selection;
    return this.#with({ selection: { rooms, except: [...except, ...roomNames(room)] } });
  }

  timeout(ms: number): BroadcastOperator {
    if (typeof ms !== 'number') throw invalidType('timeout', 'a number', ms);
    if (!(ms >= 0 && ms <= LONGEST_TIMEOUT_MS)) {
      throw new RangeError(`Expected \`timeout\` to be from 0 to ${LONGEST_TIMEOUT_MS}, got ${ms}`);
    }
    return this.#with({ timeoutMs: ms });
  }

  send(message: unknown): this {
    return this.#send(toShared(message, this.#isVolatile));
  }

  emit(name: string, ...args: unknown[]): this {
    return this.#send(toShared(new NamedEvent(name, args), this.#isVolatile));
  }

  socketsJoin(room: Target): void {
    const rooms = roomNames(room);
    for (const group of this.#selected()) group.join(this.#selection, rooms);
  }

  socketsLeave(room: Target): void {
    const rooms = roomNames(room);
    for (const group of this.#selected()) group.leave(this.#selection, rooms);
  }

  disconnectSockets(): void {
    for (const group of this.#selected()) group.disconnect(this.#selection);
  }

  async count(): Promise<number> {
    const counts = this.#selected().map(async (group) =>
      group.count(this.#selection, this.#timeoutMs),
    );
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  }

  async fetchSockets(): Promise<RemoteClient[]> {
    const lists = this.#selected().map(async (group) =>
      group.list(this.#selection, this.#timeoutMs),
    );
    return (await Promise.all(lists)).flat();
  }

  #send(shared: SharedPayload): this {
    for (const group of this.#selected()) group.send(shared, this.#selection);
    return this;
  }

  #selected(): readonly ClientGroup[] {
    const groups = this.#groups();
    return this.#isLocal ? groups.filter((group) => group.isLocal) : groups;
  }

  #with({
    selection = this.#selection,
    isLocal = this.#isLocal,
    timeoutMs = this.#timeoutMs,
    isVolatile = this.#isVolatile,
  }): Operator {
    return new Operator(this.#groups, selection, isLocal, timeoutMs, isVolatile);
  }
}
