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

export function logNothing(): void {}

/** As much of a session id as may stand in a log: enough to tell ids apart, not to use one. */
export function shortId(id: string): string {
  return id.slice(0, 6) + '…';
}
