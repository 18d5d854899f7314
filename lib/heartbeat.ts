import { encodeHeartbeat, HEARTBEAT } from './frames.js';

/** A heartbeat with its number: what the server sends, and the text that has to come back. */
export interface Heartbeat {
  readonly number: number;
  readonly payload: string;
  readonly echo: string;
}

function make(number: number): Heartbeat {
  return { number, payload: encodeHeartbeat(number), echo: HEARTBEAT + number };
}

let latest = make(1);

/** Sessions that began together are at the same number: what they share is made once. */
export function heartbeat(number: number): Heartbeat {
  if (latest.number !== number) latest = make(number);
  return latest;
}
