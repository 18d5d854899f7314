/**
 * The numbers of POSTs, with which a POST that arrives twice is delivered once.
 *
 * Browsers, and our Node client, send a request again if a connection that was kept open is reset
 * before the response; some proxies do so too. Our clients number their POSTs in the path,
 * `SID/send/nNUMBER`, and send one at a time, with increasing numbers. Clients of 2011 have no numbers:
 * nothing of theirs is dropped, because two equal POSTs can be two equal messages.
 *
 * @module
 */
import type { Client } from '../../../session/client.js';

const NUMBERED = /^send\/n(\d{1,15})(?:\/|$)/;

/** The number of the latest POST that was delivered; only sessions that post with numbers have one. */
const delivered = new WeakMap<Client, number>();

/** The number of a POST; null if it has none. */
export function postNumber(rest: string): number | null {
  const digits = NUMBERED.exec(rest)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** True if a POST, or a later one of its client, has been delivered. */
export function isRepeated(client: Client, number: number | null): boolean {
  return number !== null && number <= (delivered.get(client) ?? -1);
}

/** A POST has been delivered. */
export function markDelivered(client: Client, number: number | null): void {
  if (number !== null) delivered.set(client, number);
}
