import type { ClientName } from './context.js';
import { Outcome, type Result } from './matrix.js';

const MARKS: Readonly<Record<Outcome, string>> = {
  [Outcome.Passed]: 'ok',
  [Outcome.Failed]: 'FAILED',
  [Outcome.Impossible]: 'n/a',
  [Outcome.Retried]: 'ok (2nd)',
  [Outcome.OwnFault]: 'known',
  [Outcome.Outgrown]: 'ok (listed)',
};

/** How the title of a table names the client. */
const CLIENTS: Readonly<Record<ClientName, string>> = {
  ours: '',
  delivery: ', with delivery',
  '2011': ', client 0.6.3',
};

const unique = (values: readonly string[]): string[] => [...new Set(values)];

function cellText(result: Result | undefined): string {
  if (result === undefined) return '';
  const mark = MARKS[result.outcome];
  return result.outcome === Outcome.Passed ? `${mark} ${result.ms}` : mark;
}

/** A table with a row per scenario, a column per transport, and milliseconds in the cells. */
export function table(title: string, client: ClientName, results: readonly Result[]): string {
  const own = results.filter(({ cell }) => cell.client === client);
  if (own.length === 0) return '';
  const transports = unique(own.map(({ cell }) => cell.transport));
  const header = [`${title}${CLIENTS[client]}`, ...transports];
  const rows = unique(own.map(({ scenario }) => scenario)).map((scenario) => [
    scenario,
    ...transports.map((transport) =>
      cellText(own.find((one) => one.scenario === scenario && one.cell.transport === transport)),
    ),
  ]);
  const all = [header, ...rows];
  const widths = header.map((_, column) =>
    Math.max(...all.map((row) => (row[column] ?? '').length)),
  );
  const lines = all.map((row) =>
    row
      .map((text, i) => text.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, ''].join('\n');
}

/** The results other than `passed`, with cells and reasons. */
export function notes(results: readonly Result[]): string {
  const lines: string[] = [];
  const told = [Outcome.Impossible, Outcome.OwnFault, Outcome.Outgrown, Outcome.Retried];
  for (const outcome of [...told, Outcome.Failed]) {
    const those = results.filter((result) => result.outcome === outcome);
    for (const { scenario, cell, reason, failure } of those) {
      const where = `${cell.browser}, ${cell.client}, ${cell.transport}: ${scenario}`;
      if (outcome === Outcome.Failed) lines.push(`FAILED ${where}\n       ${failure}`);
      if (outcome === Outcome.Retried) lines.push(`passed when repeated: ${where}: ${failure}`);
      if (outcome === Outcome.Outgrown) lines.push(`listed, but passed: ${where} (${reason})`);
    }
    if (outcome !== Outcome.Impossible && outcome !== Outcome.OwnFault) continue;
    for (const reason of unique(those.map((result) => result.reason))) {
      const where = unique(
        those
          .filter((one) => one.reason === reason)
          .map(({ cell, scenario }) =>
            outcome === Outcome.Impossible
              ? `${cell.browser} × ${cell.transport}`
              : `${cell.browser} × ${cell.transport} × ${scenario}`,
          ),
      );
      lines.push(`${MARKS[outcome]} (${reason}): ${where.join('; ')}`);
    }
  }
  return lines.join('\n');
}
