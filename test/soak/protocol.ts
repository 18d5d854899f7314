/**
 * What the soak's server and its clients tell each other, beside what goes over the wire.
 *
 * @module
 */

/** Where messages travelled: from number `from` on, on connection number `epoch` of the session. */
export interface Leg {
  readonly from: number;
  readonly epoch: number;
}

/** What the server knows of a session. */
export interface Account {
  readonly sessionId: string;
  /** Numbers 1 to `sent` were sent to the client. */
  readonly sent: number;
  readonly legs: readonly Leg[];
  /** The remote port of each connection, by epoch. */
  readonly ports: Readonly<Record<number, number>>;
  /** The highest number received of the client, and those below that never came. */
  readonly received: number;
  readonly missing: readonly number[];
  /** Numbers that came again, or after a higher one. */
  readonly outOfOrder: readonly number[];
  /** Why it ended; null: it has not. */
  readonly reason: string | null;
}

export interface Figures {
  readonly heap: number;
  readonly sessions: number;
  readonly timers: number;
  readonly handshakes: number;
  readonly connections: number;
}

export type Command = 'figures' | 'quiet' | 'accounts' | 'close';

export type Reply =
  | { readonly kind: 'port'; readonly port: number }
  | { readonly kind: 'figures'; readonly figures: Figures }
  | { readonly kind: 'account'; readonly account: Account }
  | { readonly kind: 'accounts' };

/** Keeps count of numbers that should come one after the other. */
export class Tally {
  highest = 0;
  readonly missing: Set<number> = new Set();
  readonly outOfOrder: number[] = [];

  take(number: number): void {
    if (number <= this.highest) {
      this.outOfOrder.push(number);
      return;
    }
    for (let gap = this.highest + 1; gap < number; gap++) this.missing.add(gap);
    this.highest = number;
  }
}
