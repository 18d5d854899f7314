/** The messages between the processes of the soak of rolling restarts. @module */

/** To a worker: it ends after the sessions that it has. */
export interface Drain {
  readonly kind: 'drain';
  readonly over: number;
}

/** To the primary. `start` starts workers, `restart` replaces those of the latest `start`. */
export type RollingCommand =
  | { readonly kind: 'start'; readonly count: number }
  | { readonly kind: 'restart'; readonly over: number };

/** From the primary: the command is done. */
export interface Done {
  readonly port: number;
  /** Workers that have ended in another way than by a drain. */
  readonly failures: number;
}
