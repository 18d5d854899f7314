/**
 * The types of the result of `listener.stats()`.
 *
 * @module
 */
import type { RefusalCode } from '../access/refusal.js';
import type { DisconnectReason } from '../session/state.js';

/** The number of sessions with the same generation, transport and state. */
export interface SessionGroup {
  /** The generation of the client, as `client.protocol`. */
  readonly protocol: string;
  /** As `client.transport`. */
  readonly transport: string;
  /**
   * `open`: there is a connection to write to. `detached`: the client is between two polls, or its
   * connection is lost. `closing`: the application has ended it, and the next poll gets what waits.
   */
  readonly state: SessionState;
  readonly count: number;
}

/** A state of a session that is counted. */
export type SessionState = 'open' | 'detached' | 'closing';

/** Another process on the bus. */
export interface PeerStats {
  /** Its id, random for each start. */
  readonly node: string;
  /** Number of its sessions, according to its latest heartbeat. */
  readonly sessions: number;
  /** Packets that it has published and that have not been delivered here. */
  readonly behind: number;
  /** How long the first of them has been missing, in milliseconds; 0: none is. */
  readonly lagMs: number;
  /** Since its latest packet or heartbeat, in milliseconds. */
  readonly silentMs: number;
}

/** The bus of a Listener. */
export interface BusStats {
  /** The id of this process, random for each start. */
  readonly node: string;
  /** False while the engine does not work. */
  readonly isUp: boolean;
  readonly peers: readonly PeerStats[];
  /** The largest `lagMs` of the peers. */
  readonly lagMs: number;
  /** Bytes that wait for the engine. */
  readonly waiting: number;
  /** Packets that were not published because too much waited. */
  readonly dropped: number;
  /** Packets of other processes that are lost. */
  readonly lost: number;
  /** Messages of the bus that were foreign, of another version, or damaged. */
  readonly malformed: number;
}

/** A count for each direction. */
export interface Traffic {
  /** Received from clients. */
  readonly in: number;
  /** Sent to clients. */
  readonly out: number;
}

/**
 * The figures of a Listener in this process. The numbers of sessions, of waiting bytes and of the
 * bus are current values; all others are counts since the Listener was created.
 */
export interface ListenerStats {
  readonly sessions: {
    /** Sessions that have not ended. */
    readonly current: number;
    /** Sessions that have begun, with those that have ended. */
    readonly opened: number;
    /** `current` by protocol, transport and state together. */
    readonly groups: readonly SessionGroup[];
    /** `current` by generation: `0.6`, `0.9`, and with a bridge `2` and `4`. */
    readonly byProtocol: Readonly<Record<string, number>>;
    readonly byTransport: Readonly<Record<string, number>>;
    readonly byState: Readonly<Record<SessionState, number>>;
    /** `current` with exactly-once delivery. */
    readonly delivering: number;
  };
  /** Sessions that have ended, by reason. */
  readonly ends: Readonly<Record<DisconnectReason, number>>;
  /** Refused requests by code. */
  readonly refusals: Readonly<Record<RefusalCode, number>>;
  /**
   * Messages and named events of the application. A broadcast counts once for each client, an array
   * that is sent once for each element. A message to a client is counted when it is sent, also if
   * it has to wait.
   */
  readonly messages: Traffic & {
    /** Volatile messages that were not sent, because they would have had to wait. */
    readonly dropped: number;
  };
  /**
   * What transports transfer: frames of a WebSocket, parts of a stream, answers to polls that are
   * not empty, bodies of POSTs. One may have several messages, or none, such as a heartbeat.
   */
  readonly payloads: Traffic;
  /**
   * Their size: `out` with the framing of the transport, such as the head of a frame; `in` without the
   * heads of frames, of which the parser of WebSockets does not report the size. Heads of HTTP, and
   * answers to POSTs, are not counted.
   */
  readonly bytes: Traffic & {
    /** What waits for clients: in queues, in sockets, and in answers that are not read. */
    readonly waiting: number;
  };
  readonly handshakes: {
    /** Pending handshakes: see the option `maxHandshakes`. */
    readonly waiting: number;
  };
  readonly heartbeats: {
    /** Heartbeats of this package; those of bridged clients are sent by their own server. */
    readonly sent: number;
    /** Connections that were dropped because a heartbeat was not answered. */
    readonly missed: number;
  };
  /** How often a client has continued its session on another connection; polls are not counted, repeated ones neither. */
  readonly resumes: number;
  /** Null without the option `bus`. */
  readonly bus: BusStats | null;
}
