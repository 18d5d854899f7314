/** The life of a session. */
export const State = {
  /** No connection yet. */
  NEW: 'new',
  /** There is a connection or a poll to write to. */
  OPEN: 'open',
  /** Between polls, or waiting for the client to come back. */
  AWAY: 'away',
  GONE: 'gone',
} as const;
export type State = (typeof State)[keyof typeof State];

const EDGES: Readonly<Record<State, readonly State[]>> = {
  [State.NEW]: [State.OPEN, State.GONE],
  [State.OPEN]: [State.OPEN, State.AWAY, State.GONE],
  [State.AWAY]: [State.OPEN, State.GONE],
  [State.GONE]: [],
};

/** @throws {Error} If a session cannot go from one state to the other: a fault of ours. */
export function checkEdge(from: State, to: State): void {
  if (!EDGES[from].includes(to)) throw new Error(`A session cannot go from ${from} to ${to}`);
}

/** Why a session ended. */
export type DisconnectReason =
  /** The client hung up, or stopped polling, and was not back within `closeTimeout`. */
  | 'transport close'
  /** A heartbeat was not echoed within `timeout`. */
  | 'heartbeat timeout'
  /** The client said goodbye. */
  | 'client close'
  /** The client broke the rules of its transport. */
  | 'protocol error'
  /** More waited for the client than `maxBuffer` or `maxQueue` allow. */
  | 'queue overflow'
  /** `client.disconnect()`, or the application closed the connection. */
  | 'server disconnect'
  /** The Listener or its HTTP server was closed. */
  | 'server close';
