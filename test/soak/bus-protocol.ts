/**
 * What the soak of the bus and its processes send each other.
 *
 * @module
 */
export type BusCommand = 'start' | 'stop' | 'state';

export type BusReply =
  | { readonly kind: 'ready'; readonly port: number; readonly node: string }
  | { readonly kind: 'event'; readonly event: string }
  | { readonly kind: 'lost'; readonly peer: string; readonly count: number }
  | { readonly kind: 'sent'; readonly count: number }
  | {
      readonly kind: 'state';
      readonly peers: number;
      readonly waiting: number;
      readonly rss: number;
    };

const ROOMS = 10;
const EACH = 5;

/** The room that a message is sent to; null: to all. */
export function roomOf(number: number): number | null {
  return number % EACH === 0 ? (number / EACH) % ROOMS : null;
}
