/** Takes one line of text about what the Listener does. */
export type Log = (line: string) => void;

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

const two = (number: number): string => String(number).padStart(2, '0');

/** `21 Nov 04:57:18 - line` on standard output, as `util.log` of 2011 wrote it. */
export function logToStdout(line: string): void {
  const now = new Date();
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':');
  process.stdout.write(`${now.getDate()} ${MONTHS[now.getMonth()]} ${time} - ${line}\n`);
}

/** Unseen characters, line ends among them: with these a stranger would write lines of his own. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;
const LONGEST_TEXT = 100;

/** As much of a stranger's text as may stand in a log: what can be seen, on one line. */
export function printable(text: string): string {
  const seen = text.slice(0, LONGEST_TEXT).replace(UNSEEN, '?');
  return text.length > LONGEST_TEXT ? `${seen}…` : seen;
}

export function logNothing(): void {}

/** As much of a session id as may stand in a log: enough to tell ids apart, not to use one. */
export function shortId(id: string): string {
  return id.slice(0, 6) + '…';
}
