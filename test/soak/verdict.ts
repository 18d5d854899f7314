import type { SessionRecord } from './session-record.js';
import type { Account, Leg } from './protocol.js';

/** How many losses are reported in full. */
const CASES = 5;

/** Sums over sessions. Down is from the server to the client. */
export class Sums {
  sessions = 0;
  resumed = 0;
  sentDown = 0;
  receivedDown = 0;
  sentUp = 0;
  receivedUp = 0;
  /** Not received, but in transit when a connection was cut, or when a session ended. */
  excused = 0;
  /** Arrived after the client had aborted their POST and the next POST had been answered. */
  overtaken = 0;
  lost = 0;
  /** The number of lost messages by the name of the client. */
  readonly losers: Record<string, number> = {};
  duplicatedOrReordered = 0;
  readonly reasons: Record<string, number> = {};
  /** The first faults, with all details. */
  readonly cases: unknown[] = [];
}

/** Numbers up to `sent` that did not arrive. */
function absent(sent: number, highest: number, missing: Iterable<number>): Set<number> {
  const numbers = new Set(missing);
  for (let number = highest + 1; number <= sent; number++) numbers.add(number);
  return numbers;
}

/** The leg that `number` is on. */
function legOf<L extends { readonly from: number }>(legs: readonly L[], number: number): L | null {
  return legs.findLast(({ from }) => from <= number) ?? null;
}

/** By connection, the highest number that arrived. */
function highestBy(
  legs: readonly Leg[],
  sent: number,
  gone: ReadonlySet<number>,
): Map<number, number> {
  const highest = new Map<number, number>();
  legs.forEach(({ from, link }, i) => {
    let last = legs[i + 1]?.from ?? sent + 1;
    while (last > from && gone.has(last - 1)) last--;
    if (last > from) highest.set(link, last - 1);
  });
  return highest;
}

/**
 * Selects the lost ones of the messages that the client did not receive.
 *
 * A message that was not written to a connection waits, and may be dropped only at the end of its
 * session. A message that was written may be lost if the network or the client has cut its
 * connection, and only if all later messages of this connection are lost too, because TCP can lose
 * only the end of a stream.
 */
export function lostDown(
  { sent, written, legs, reason }: Account,
  { tally, hungUpAt }: Pick<SessionRecord, 'tally' | 'hungUpAt'>,
  cut: ReadonlySet<number>,
): { readonly lost: number[]; readonly excused: number } {
  const gone = absent(sent, tally.highest, tally.missing);
  const highest = highestBy(legs, sent, gone);
  const waits = absent(sent, written.highest, written.missing);
  const lost = [...gone].filter((number) => {
    if (waits.has(number)) return reason === null;
    const link = legOf(legs, number)?.link ?? 0;
    if (number < (highest.get(link) ?? 0)) return true;
    let had = number;
    while (gone.has(had)) had--;
    return !cut.has(link) && !hungUpAt.has(had);
  });
  return { lost, excused: gone.size - lost.length };
}

/**
 * Selects the lost ones of the messages that the server did not receive. A socket may lose the last
 * messages of a connection that has ended. A message of a POST that was answered may not be lost.
 */
export function lostUp(
  { received, reason }: Account,
  { isSocket, sent, unknown, legs }: Pick<SessionRecord, 'isSocket' | 'sent' | 'unknown' | 'legs'>,
): { readonly lost: number[]; readonly excused: number } {
  const gone = absent(sent, received.highest, received.missing);
  const lost = [...gone].filter((number) => {
    if (!isSocket) return !unknown.has(number);
    const leg = legOf(legs, number);
    const next = legs.find(({ from }) => from > number)?.from ?? sent + 1;
    for (let later = number; later < next; later++) if (!gone.has(later)) return true;
    return leg?.isOver !== true && reason === null;
  });
  return { lost, excused: gone.size - lost.length };
}

/** Compares the records of both sides of one session. */
export function judge(
  sums: Sums,
  account: Account,
  record: SessionRecord,
  cut: ReadonlySet<number>,
): void {
  const { received, written, reason } = account;
  const { tally, unknown, isSocket, name } = record;
  const down = lostDown(account, record, cut);
  const up = lostUp(account, record);
  // the server may get to it whenever it likes, and the client did not wait
  const overtaken = isSocket ? [] : received.late.filter((number) => unknown.has(number));
  const disorder = [...tally.late, ...tally.again, ...written.late, ...written.again];
  const upDisorder = [...received.late, ...received.again];
  const lost = down.lost.length + up.lost.length;
  // numbers that were never sent
  const odd = Math.max(0, tally.highest - account.sent, received.highest - record.sent);
  const disordered = disorder.length + upDisorder.length - overtaken.length + odd;

  sums.sessions++;
  sums.resumed += record.resumed;
  if (reason) sums.reasons[reason] = (sums.reasons[reason] ?? 0) + 1;
  sums.sentDown += account.sent;
  sums.receivedDown += tally.highest - tally.missing.size;
  sums.sentUp += record.sent;
  sums.receivedUp += received.highest - received.missing.length;
  sums.excused += down.excused + up.excused;
  sums.overtaken += overtaken.length;
  sums.lost += lost;
  sums.duplicatedOrReordered += disordered;
  if (lost + disordered === 0) return;
  for (const [who, count] of [
    [`to ${name}`, down.lost.length],
    [`from ${name}`, up.lost.length],
  ] as const) {
    if (count > 0) sums.losers[who] = (sums.losers[who] ?? 0) + count;
  }
  if (sums.cases.length === CASES) return;
  const legs = account.legs.map((leg) => ({ ...leg, isCut: cut.has(leg.link) }));
  sums.cases.push({ name, reason, down, up, disorder, upDisorder, legs, record });
}
