import { EventEmitter } from 'node:events';
import type { SharedPayload } from '../session/shared-payload.js';
import type { ClientGroup } from './client-group.js';
import { Operator } from './operator.js';
import type { BroadcastOperator, RemoteClient, Target } from './broadcast-operator.js';

/** Selections of the clients of a Listener, which extends this class. */
export abstract class Broadcaster extends EventEmitter {
  /** All clients, as a selection: `await listener.everybody.count()`. */
  readonly everybody: BroadcastOperator;
  /** The clients that are connected to this process, as a selection. */
  readonly local: BroadcastOperator;
  /**
   * All clients, as a selection whose messages are dropped for clients for which they would have to
   * wait.
   */
  readonly volatile: BroadcastOperator;
  /** @internal The same as `everybody`, which an application of 0.6 may have replaced. */
  readonly _everybody: BroadcastOperator;

  /** @internal The groups of clients, local ones first. */
  protected readonly _groups: ClientGroup[] = [];

  constructor() {
    super();
    this._everybody = new Operator(() => this._groups);
    this.everybody = this._everybody;
    this.local = this._everybody.local;
    this.volatile = this._everybody.volatile;
  }

  /**
   * Selects the clients of rooms, or with session ids.
   *
   * @throws {TypeError} If a room is not a string.
   * @throws {RangeError} If a room has more than 1,000 characters, or none.
   * @example listener.to('news').except('sport').send('hello');
   */
  to(room: Target): BroadcastOperator {
    return this._everybody.to(room);
  }

  /** The same as `to`. */
  in(room: Target): BroadcastOperator {
    return this._everybody.to(room);
  }

  /** Selects all clients but those of rooms. Throws as `to` does. */
  except(room: Target): BroadcastOperator {
    return this._everybody.except(room);
  }

  /** Selects all clients; `count` and `fetchSockets` wait this long for other processes, in milliseconds. */
  timeout(ms: number): BroadcastOperator {
    return this._everybody.timeout(ms);
  }

  /** Adds all clients to rooms. Throws as `to` does. */
  socketsJoin(room: Target): void {
    this._everybody.socketsJoin(room);
  }

  /** Removes all clients from rooms. Throws as `to` does. */
  socketsLeave(room: Target): void {
    this._everybody.socketsLeave(room);
  }

  /** Ends the sessions of all clients, after what was sent to them is sent. */
  disconnectSockets(): void {
    this._everybody.disconnectSockets();
  }

  /** Returns all clients. */
  fetchSockets(): Promise<RemoteClient[]> {
    return this._everybody.fetchSockets();
  }

  /**
   * @internal Adds a group of clients of this process, before the other processes. Returns a function
   * that removes it.
   */
  protected _addGroup(group: ClientGroup): () => void {
    const at = this._groups.findIndex(({ isLocal }) => !isLocal);
    this._groups.splice(at < 0 ? this._groups.length : at, 0, group);
    return () => {
      const now = this._groups.indexOf(group);
      if (now >= 0) this._groups.splice(now, 1);
    };
  }

  /** @internal Sends to all groups but the first, which are the sessions of this Listener. */
  protected _sendElsewhere(shared: SharedPayload, except: readonly string[]): void {
    for (const group of this._groups.slice(1)) group.send(shared, { rooms: null, except });
  }
}
