/**
 * The messages between the processes of the soak test: the server, and the clients with the proxy.
 *
 * @module
 */

/** Consecutive messages that were sent on one connection: from number `from` on. */
export interface Leg {
  readonly from: number;
  readonly link: number;
}

/** The numbers that have arrived, compared with the sequence 1, 2, 3. */
export interface Count {
  readonly highest: number;
  /** Numbers below the highest that have not arrived. */
  readonly missing: readonly number[];
  /** Numbers that arrived after a higher one. */
  readonly late: readonly number[];
  /** Numbers that arrived more than once. */
  readonly again: readonly number[];
}

/** The record of the server about a session. */
export interface Account {
  readonly sessionId: string;
  /** Numbers 1 to `sent` were sent to the client. */
  readonly sent: number;
  /** Those that were written to a connection; the others wait for the next one. */
  readonly written: Count;
  readonly legs: readonly Leg[];
  /** Of the client. */
  readonly received: Count;
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

/** How busy a process is. */
export interface Load {
  /** Of one core, in percent. */
  readonly cpu: number;
  /** How late 99 of 100 turns of its event loop are at most, in milliseconds. */
  readonly lag: number;
}

export type Command = 'figures' | 'quiet' | 'accounts' | 'close';

export type Reply =
  | { readonly kind: 'port'; readonly port: number }
  | { readonly kind: 'figures'; readonly figures: Figures; readonly load: Load }
  | { readonly kind: 'account'; readonly account: Account }
  | { readonly kind: 'accounts' };

/** Counts numbers that should arrive in sequence. */
export class Tally {
  highest = 0;
  readonly missing: Set<number> = new Set();
  readonly late: number[] = [];
  readonly again: number[] = [];

  take(number: number): void {
    if (number > this.highest) {
      for (let gap = this.highest + 1; gap < number; gap++) this.missing.add(gap);
      this.highest = number;
    } else if (this.missing.delete(number)) this.late.push(number);
    else this.again.push(number);
  }

  get count(): Count {
    const { highest, missing, late, again } = this;
    return { highest, missing: [...missing], late, again };
  }
}
