import { Outcome, type Result } from './matrix.js';

/** Public complaints about client 0.6.3, with the scenarios that our client must pass instead. */
const COMPLAINTS: readonly (readonly [string, readonly string[]])[] = [
  ['the default list takes 5 s', ['default list under 300 ms', 'falls back: upgrade hangs']],
  ['it fails under a strict CSP', ['strict CSP']],
  [
    'JSONP continues to poll, posts to the wrong session, corrupts text',
    [
      'page disconnects',
      'no traffic after disconnect',
      'reopen',
      'two sockets',
      'newlines',
      'page in windows-1252',
    ],
  ],
  ['an aborted POST blocks all later ones', ['disconnects while posting', 'lone surrogate']],
  ['messages sent while the server is down are lost', ['sent while server is down', 'network cut']],
  ['a remembered transport that fails', ['remembered transport gone']],
  ['connect() right after disconnect() is ignored', ['reopen in one turn']],
  ['a poller outlives its connection', ['server ends connection', 'server destroys connection']],
  ['the end is detected late', ['tab closes', 'page navigates away', 'restart', 'half-open link']],
  ['markup and boundaries in messages', ['markup', 'newlines']],
  ['WebKit is delayed by user agent detection', ['connects under 300 ms']],
  ['forever frames need padding', ['connects under 300 ms', 'idle pushes']],
  ['multipart streams block each other', ['two sockets']],
  ['six connections for all pages', ['two sockets on three pages']],
];

/** One line per complaint: the number of passed cells of its scenarios. */
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
