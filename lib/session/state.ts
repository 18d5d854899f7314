/** The life of a session. */
export const State = {
  /** No connection yet. */
  NEW: 'new',
  /** There is a connection or a poll to write to. */
  OPEN: 'open',
  /** Between polls, or waiting for the client to come back. */
  DETACHED: 'detached',
  CLOSED: 'closed',
} as const;
export type State = (typeof State)[keyof typeof State];

const TRANSITIONS: Readonly<Record<State, readonly State[]>> = {
  [State.NEW]: [State.OPEN, State.CLOSED],
  [State.OPEN]: [State.OPEN, State.DETACHED, State.CLOSED],
  [State.DETACHED]: [State.OPEN, State.CLOSED],
  [State.CLOSED]: [],
};

/** @throws {Error} If a session cannot go from one state to the other: a fault of ours. */
export function assertTransition(from: State, to: State): void {
  if (!TRANSITIONS[from].includes(to)) throw new Error(`A session cannot go from ${from} to ${to}`);
}
