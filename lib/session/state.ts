/**
 * The states of a session, and the reasons why it ends.
 *
 *            attach           detach
 *     NEW ----------> OPEN <----------> DETACHED
 *                      |      attach     |     \  disconnect(), and something is queued
 *                      |                 |      v
 *                      |                 |    CLOSING
 *                      v                 v      v
 *                    CLOSED <-------------------+
 *
 * A session is made with its first connection, and outlives it. It is OPEN while there is a
 * connection, or a poll, to write to. A connection that replaces another keeps it OPEN. Without one
 * it is DETACHED: what is sent is queued, and a timer of `closeTimeout` runs until the client
 * returns. A polling session is DETACHED between any two polls.
 *
 * CLOSING is the state of a session that the application has ended while it was DETACHED and
 * something was queued. The next connection within the remaining time gets the queue, then the
 * session ends. Nothing more is sent or received.
 *
 * CLOSED is final. `Client._end` is the only way into it, and emits `disconnect`.
 *
 * A session without a connection always has a timer, so that it always ends.
 *
 * @module
 */
export const State = {
  /** No connection yet. */
  NEW: 'new',
  /** There is a connection or a poll to write to. */
  OPEN: 'open',
  /** Between polls, or waiting for the client to return. */
  DETACHED: 'detached',
  /** Ended by the application; the queue waits for a last connection. */
  CLOSING: 'closing',
  CLOSED: 'closed',
} as const;
export type State = (typeof State)[keyof typeof State];

/** Why a session ended. */
export type DisconnectReason =
  /**
   * The connection was lost, or polls stopped, and the client did not return within `closeTimeout`.
   */
  | 'transport close'
  /** A heartbeat was not echoed within `timeout`, and the connection did not move a byte. */
  | 'heartbeat timeout'
  /** The client has closed the session: a close request, or the closing handshake of a WebSocket. */
  | 'client close'
  /** The client has violated the protocol of its transport. */
  | 'protocol error'
  /** More waited for the client than `maxBuffer` or `maxQueue` allows. */
  | 'queue overflow'
  /** The client has sent more than `maxMessagesPerSecond` or `maxBytesPerSecond` allows. */
  | 'rate limit'
  /** `client.disconnect()`, or the application has ended the connection. */
  | 'server disconnect'
  /** The Listener or its HTTP server was closed. */
  | 'server close';

const TRANSITIONS: Readonly<Record<State, readonly State[]>> = {
  [State.NEW]: [State.OPEN, State.CLOSED],
  [State.OPEN]: [State.OPEN, State.DETACHED, State.CLOSED],
  [State.DETACHED]: [State.OPEN, State.CLOSING, State.CLOSED],
  [State.CLOSING]: [State.CLOSED],
  [State.CLOSED]: [],
};

/**
 * Checks a transition before it happens.
 *
 * @param hasTimer whether a timer runs that ends the session
 * @throws {Error} If the transition does not exist, or leaves a session with neither a connection
 *   nor a timer: a bug in this package.
 */
export function assertTransition(from: State, to: State, hasTimer: boolean): void {
  if (!TRANSITIONS[from].includes(to))
    throw new Error(`A session cannot change from ${from} to ${to}`);
  if ((to === State.DETACHED || to === State.CLOSING) && !hasTimer) {
    throw new Error(`A session cannot be ${to} without a timer`);
  }
}
