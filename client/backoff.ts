/**
 * How long to wait before the next attempt to reconnect.
 *
 * Doubles with each attempt up to a cap. Half of it is chance, so that the clients of a server
 * that restarts do not all come back in the same instant.
 *
 * @module
 */

/**
 * @param base the first delay, in milliseconds.
 * @param attempts how many attempts have failed so far.
 * @param cap the longest delay, in milliseconds.
 * @returns milliseconds, between half of the nominal delay and all of it.
 */
export function backoff(base: number, attempts: number, cap: number): number {
  const delay = Math.min(base * Math.pow(2, attempts), cap);
  return Math.round(delay * (1 - Math.random() / 2));
}
