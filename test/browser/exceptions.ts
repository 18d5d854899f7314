import type { Cell } from './context.js';

/** Cells of the matrix that are not expected to pass, each with the reason. */
interface Exception {
  readonly scenarios?: readonly string[];
  readonly transports?: readonly string[];
  readonly browsers?: readonly string[];
  readonly reason: string;
}

/** What cannot exist in a browser, whoever writes the client. */
const IMPOSSIBLE: readonly Exception[] = [
  {
    browsers: ['webkit'],
    transports: ['xhr-multipart'],
    reason: 'WebKit hands pages no body of a multipart/x-mixed-replace answer',
  },
  {
    transports: ['htmlfile'],
    scenarios: ['cross-origin'],
    reason: 'a frame of another origin may not call the page',
  },
  {
    transports: ['server-events', 'htmlfile', 'xhr-multipart'],
    scenarios: ['two sockets on three pages'],
    reason: 'six streams take all six connections a browser opens to a host, none is left to post',
  },
];

/** An exception that is known by what it looks like, so that it hides no other failure. */
export interface Fault extends Exception {
  readonly symptom: RegExp;
}

/** What client 0.6.3 gets wrong by itself; the numbers are those of shared/client-2011.md. */
const FAULTS_OF_2011: readonly Fault[] = [
  {
    transports: ['jsonp-polling'],
    scenarios: ['page disconnects', 'reopen'],
    symptom: /Expected 'disconnect' on the server/,
    reason: '3: disconnect() does not stop the poll, the page connects again',
  },
  {
    transports: ['jsonp-polling'],
    scenarios: ['restart'],
    symptom: /Expected 'after' on the server/,
    reason: "3: the form keeps the first session's URL, what is sent after a reconnect is lost",
  },
  {
    browsers: ['firefox'],
    transports: ['jsonp-polling'],
    scenarios: ['two sockets'],
    symptom: /insertBefore|parentNode/,
    reason: '3: the second socket anchors its script on a tag that was removed and throws',
  },
  {
    transports: ['jsonp-polling'],
    scenarios: ['newlines'],
    symptom: /Expected echo|Expected 7 × 'message'/,
    reason: '3: the form turns a line feed into CR LF, the lengths no longer fit',
  },
];

function find<T extends Exception>(
  list: readonly T[],
  scenario: string,
  cell: Cell,
): T | undefined {
  return list.find(
    ({ scenarios, transports, browsers }) =>
      (scenarios?.includes(scenario) ?? true) &&
      (transports?.includes(cell.transport) ?? true) &&
      (browsers?.includes(cell.browser) ?? true),
  );
}

/** Why the scenario cannot be run in that cell at all. */
export function impossible(scenario: string, cell: Cell): string | undefined {
  return find(IMPOSSIBLE, scenario, cell)?.reason;
}

/** The fault that the client of 2011 is expected to show there; ours has none that is known. */
export function knownFault(scenario: string, cell: Cell): Fault | undefined {
  return cell.client === '2011' ? find(FAULTS_OF_2011, scenario, cell) : undefined;
}
