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
