import { Outcome, type Result } from './matrix.js';

/** What the users of the 2011 client suffered from, and the scenarios that ours must pass instead. */
const COMPLAINTS: readonly (readonly [string, readonly string[]])[] = [
  ['the default list takes 5 s', ['default list under 300 ms', 'falls over: upgrade hangs']],
  ['a strict CSP kills it', ['strict CSP']],
  [
    'JSONP polls on, posts to the wrong session, breaks text',
    [
      'page disconnects',
      'no traffic after disconnect',
      'reopen',
      'two sockets',
      'newlines',
      'page in windows-1252',
    ],
  ],
  ['an aborted POST silences it', ['disconnects while posting', 'lone surrogate']],
  ['what is sent while the server is down is lost', ['sent while server is down', 'network cut']],
  ['a remembered transport that is gone', ['remembered transport gone']],
  ['connect() right after disconnect() is ignored', ['reopen in one breath']],
  ['a poller outlives its connection', ['server ends connection', 'server destroys connection']],
  ['the end is noticed late', ['tab closes', 'page navigates away', 'restart', 'half-open link']],
  ['markup and boundaries in messages', ['markup', 'newlines']],
  ['WebKit is delayed by its name', ['connects under 300 ms']],
  ['forever frames need padding', ['connects under 300 ms', 'idle pushes']],
  ['multipart streams block each other', ['two sockets']],
  ['six connections for all pages', ['two sockets on three pages']],
];

/** One line per complaint: how many cells of its scenarios passed. */
export function complaints(results: readonly Result[]): string {
  const lines = COMPLAINTS.map(([complaint, scenarios], i) => {
    const own = results.filter(
      ({ cell, scenario, outcome }) =>
        cell.client === 'ours' && scenarios.includes(scenario) && outcome !== Outcome.Impossible,
    );
    const passed = own.filter(({ outcome }) => outcome === Outcome.Passed).length;
    return own.length === 0 ? '' : `${i + 1}. ${complaint}: ${passed} of ${own.length} passed`;
  });
  return lines.filter((line) => line !== '').join('\n');
}
