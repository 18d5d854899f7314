/**
 * How long to wait before the next attempt to reconnect.
 *
 * Doubles with each attempt up to a cap. Half of the delay is random, so that the clients of a
 * restarted server do not all reconnect at the same moment.
 *
 * @module
 */

/** The longest nominal delay. */
const MAX_DELAY_MS = 60000;

/**
 * The delay before an attempt to reconnect.
 *
 * @param base the first delay, in milliseconds.
 * @param attempts how many attempts have failed so far.
 * @returns milliseconds, between half of the nominal delay and the nominal delay.
 */
export function backoff(base: number, attempts: number): number {
  const delay = Math.min(base * Math.pow(2, attempts), MAX_DELAY_MS);
  return Math.round(delay * (1 - Math.random() / 2));
}
