/** Receives each line of the Listener's log. */
export type Log = (line: string) => void;

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

const two = (number: number): string => String(number).padStart(2, '0');

/** Writes `21 Nov 04:57:18 - line` to standard output, as `util.log` did in 2011. */
export function logToStdout(line: string): void {
  const now = new Date();
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':');
  process.stdout.write(`${now.getDate()} ${MONTHS[now.getMonth()]} ${time} - ${line}\n`);
}

/** Invisible characters, line ends among them. Replacing them prevents log injection. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;
const LONGEST_TEXT = 100;

/** Untrusted text for a log: visible characters on one line, at most 100. */
export function printable(text: string): string {
  const seen = text.slice(0, LONGEST_TEXT).replace(UNSEEN, '?');
  return text.length > LONGEST_TEXT ? `${seen}…` : seen;
}

export function logNothing(): void {}

/** A session id for a log: enough to distinguish sessions, not enough to join one. */
export function shortId(id: string): string {
  return id.slice(0, 6) + '…';
}
