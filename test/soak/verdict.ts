import type { Passage } from './client.js';
import type { Account } from './protocol.js';

/** Sums over sessions. Down is from the server to the client. */
export class Sums {
  sessions = 0;
  resumed = 0;
  sentDown = 0;
  receivedDown = 0;
  sentUp = 0;
  receivedUp = 0;
  /** Not received, and on their way when a connection was cut, or when a session was over. */
  excused = 0;
  lost = 0;
  /** Of those, how many of whom. */
  readonly losers: Record<string, number> = {};
  duplicatedOrReordered = 0;
  readonly reasons: Record<string, number> = {};
}

/** Down, what a connection loses is what it carried last: of a poll, its answer or the one before. */
function isLostWithConnection(
  { legs, ports, reason }: Account,
  number: number,
  lossy: ReadonlySet<number>,
): boolean {
  const epoch = legs.findLast(({ from }) => from <= number)?.epoch ?? 0;
  const port = ports[epoch];
  if (port === undefined) return reason !== null;
  // The system knew of a reset already when the session took the connection, and Node did not.
  if (port === 0) return true;
  return lossy.has(port) && ports[epoch + 2] !== port;
}

/** Numbers up to `sent` that did not come. */
function absent(sent: number, highest: number, missing: Iterable<number>): number[] {
  const numbers = [...missing];
  for (let number = highest + 1; number <= sent; number++) numbers.push(number);
  return numbers;
}

/** Up, a socket may lose the end of what was sent on a connection that broke, and nothing else. */
function isEndOfLeg({ legs, sent }: Passage, number: number, gone: ReadonlySet<number>): boolean {
  const next = legs.find((from) => from > number);
  const last = next === undefined ? sent : next - 1;
  for (let later = number; later <= last; later++) if (!gone.has(later)) return false;
  return true;
}

function lose(sums: Sums, who: string): void {
  sums.lost++;
  sums.losers[who] = (sums.losers[who] ?? 0) + 1;
}

/** Compares what both sides say of one session. */
export function judge(
  sums: Sums,
  account: Account,
  passage: Passage,
  lossy: ReadonlySet<number>,
): void {
  sums.sessions++;
  sums.resumed += passage.resumed;
  if (account.reason) sums.reasons[account.reason] = (sums.reasons[account.reason] ?? 0) + 1;
  const { tally } = passage;
  sums.sentDown += account.sent;
  sums.receivedDown += tally.highest - tally.missing.size;
  sums.sentUp += passage.sent;
  sums.receivedUp += account.received - account.missing.length;
  sums.duplicatedOrReordered += tally.outOfOrder.length + account.outOfOrder.length;
  for (const number of absent(account.sent, tally.highest, tally.missing)) {
    if (isLostWithConnection(account, number, lossy)) sums.excused++;
    else lose(sums, `to ${passage.name}`);
  }
  const gone = new Set(absent(passage.sent, account.received, account.missing));
  for (const number of gone) {
    const isExcused = passage.isSocket
      ? isEndOfLeg(passage, number, gone)
      : passage.unknown.has(number);
    if (isExcused) sums.excused++;
    else lose(sums, `from ${passage.name}`);
  }
}
