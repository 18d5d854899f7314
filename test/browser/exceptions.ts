import type { Cell } from './context.js';

/** Cells of the matrix that are not expected to pass, each with the reason. */
interface Exception {
  readonly scenarios?: readonly string[];
  readonly transports?: readonly string[];
  readonly browsers?: readonly string[];
  readonly reason: string;
}

/** Combinations that a browser does not support, independent of the client. */
const IMPOSSIBLE: readonly Exception[] = [
  {
    browsers: ['webkit'],
    transports: ['xhr-multipart'],
    reason: 'WebKit does not pass the body of a multipart/x-mixed-replace response to pages',
  },
  {
    transports: ['htmlfile'],
    scenarios: ['cross-origin'],
    reason: 'a frame of another origin cannot call the page',
  },
  {
    transports: ['server-events', 'htmlfile', 'xhr-multipart'],
    scenarios: ['two sockets on three pages'],
    reason: 'six streams use all six connections of a browser to one host; none remains to post',
  },
];

/** An exception that is recognized by its symptom, so that it does not hide other failures. */
export interface Fault extends Exception {
  readonly symptom: RegExp;
}

/** What is different with delivery, on purpose. */
const CHANGED_BY_DELIVERY: readonly Exception[] = [
  {
    transports: ['websocket'],
    scenarios: ['server ends connection', 'server destroys connection'],
    reason: 'the end of a socket is a lost connection: the client comes back',
  },
];

/** The faults of client 0.6.3; the numbers are those of shared/client-2011.md. */
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
    reason: "3: the form keeps the first session's URL, messages after a reconnect are lost",
  },
  {
    browsers: ['firefox'],
    transports: ['jsonp-polling'],
    scenarios: ['two sockets'],
    symptom: /insertBefore|parentNode/,
    reason: '3: the second socket inserts its script before a removed tag and throws',
  },
  {
    transports: ['jsonp-polling'],
    scenarios: ['newlines'],
    symptom: /Expected echo|Expected 7 × 'message'/,
    reason: '3: the form changes a line feed to CR LF, so the lengths are wrong',
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

/** Returns why the scenario cannot be run in that cell, or undefined if it can. */
export function impossible(scenario: string, cell: Cell): string | undefined {
  const changed = cell.client === 'delivery' && find(CHANGED_BY_DELIVERY, scenario, cell);
  return (changed || find(IMPOSSIBLE, scenario, cell))?.reason;
}

/** Returns the fault that client 0.6.3 is expected to show; our client has no known one. */
export function knownFault(scenario: string, cell: Cell): Fault | undefined {
  return cell.client === '2011' ? find(FAULTS_OF_2011, scenario, cell) : undefined;
}
