/** What the command tells the shell. */
export const ExitCode = {
  OK: 0,
  /** No connection came about, the connection was lost for good, or the port is taken. */
  FAILED: 1,
  /** The arguments make no sense. */
  USAGE: 2,
  /** The server ended the connection. */
  ENDED: 3,
  /** 128 and the number of SIGINT. */
  INTERRUPTED: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
