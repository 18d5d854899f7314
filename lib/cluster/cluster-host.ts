import type { ClientGroup } from '../rooms/client-group.js';
import type { Clock } from '../util/timers.js';

/** What a cluster needs of its Listener. */
export interface ClusterHost {
  /** Listeners of the same name act as one. */
  readonly group: string;
  readonly clock: Clock;
  /** The groups of this process. */
  localGroups(): readonly ClientGroup[];
  /** Sends a packet of protocol 1 to the clients of this process in an endpoint, if it is declared. */
  sendToEndpoint(name: string, packet: string, except: readonly string[]): void;
  sessionCount(): number;
  /** Where other processes forward requests for sessions of this one; empty: they do not. */
  address(): string;
  emit<E extends keyof ClusterEvents>(event: E, ...args: ClusterEvents[E]): void;
}

/** Another process. */
export interface PeerInfo {
  /** Its id, random for each start. */
  readonly node: string;
  /** Number of its sessions, according to its latest heartbeat. */
  readonly sessions: number;
  /** Where other processes forward requests for its sessions; empty: they do not. */
  readonly address: string;
  /** @internal Packets that it has published and that have not been delivered here. */
  readonly behind: number;
  /** @internal When the first of them was missed, by the clock of the Listener; null: none is. */
  readonly gapSince: number | null;
  /** @internal When its latest packet arrived, by the same clock. */
  readonly lastSeen: number;
}

/** Events of a Listener with a bus. */
export interface ClusterEvents {
  /**
   * The first message of another process has arrived, or the first one after its `peerDisconnect`.
   */
  peerConnect: [peer: PeerInfo];
  /** Another process has left, or has been silent for `timeout`. */
  peerDisconnect: [peer: PeerInfo, reason: 'goodbye' | 'timeout'];
  /** The engine does not work: other processes get nothing until `busUp`. */
  busDown: [reason: string];
  /** The engine works again. */
  busUp: [];
  /** Messages of another process are lost and cannot be recovered. */
  busLost: [lost: { readonly peer: string; readonly count: number }];
}

/** Figures of a cluster, since its start. */
export interface BusFigures {
  /** Messages of the bus that were foreign, of another version, or damaged. */
  malformed: number;
  /** Packets of other processes that are lost. */
  lost: number;
  /** Packets that were not published because too much waited. */
  dropped: number;
}

/** What `listener.bus` shows of its cluster. */
export interface BusState {
  /** The id of this process, random for each start. */
  readonly node: string;
  /** False while the engine does not work. */
  readonly isUp: boolean;
  /** The other processes by their ids. */
  readonly peers: ReadonlyMap<string, PeerInfo>;
  readonly figures: BusFigures;
  /** Bytes that wait for the engine. */
  readonly waiting: number;
}
