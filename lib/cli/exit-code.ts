/** The exit codes of the command. */
export const ExitCode = {
  OK: 0,
  /** No connection could be made, a lost one could not be restored, or the port is in use. */
  FAILED: 1,
  /** The arguments are invalid. */
  USAGE: 2,
  /** The server ended the connection. */
  ENDED: 3,
  /** 128 plus the number of SIGINT. */
  INTERRUPTED: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
