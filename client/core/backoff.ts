/**
 * How long to wait before the next attempt to reconnect.
 *
 * Doubles with each attempt up to a cap. Half of it is chance, so that the clients of a server
 * that restarts do not all come back in the same instant.
 *
 * @module
 */

/** The longest delay, in milliseconds. */
const LONGEST_DELAY = 60000;

/**
 * @param base the first delay, in milliseconds.
 * @param attempts how many attempts have failed so far.
 * @returns milliseconds, between half of the nominal delay and all of it.
 */
export function backoff(base: number, attempts: number): number {
  const delay = Math.min(base * Math.pow(2, attempts), LONGEST_DELAY);
  return Math.round(delay * (1 - Math.random() / 2));
}
