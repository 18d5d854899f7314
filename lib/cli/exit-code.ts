/** The exit codes of the command. */
export const ExitCode = {
  OK: 0,
  /**
   * No connection could be made, a lost one could not be restored, the port is in use, or a recording
   * cannot be written.
   */
  FAILED: 1,
  /** The arguments are invalid, or a file is not a recording. */
  USAGE: 2,
  /** The server ended the connection. */
  ENDED: 3,
  /** 128 plus the number of SIGINT. */
  INTERRUPTED: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
