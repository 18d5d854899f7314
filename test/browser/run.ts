/**
 * Runs the scenarios in the browsers of this machine and prints the matrix.
 *
 * `npm run browsers -- --help` prints its options.
 *
 * @module
 */

import { choice, flag, readCommand, textOption } from '../support/command-line.js';
import { BrowserMissing, type Browser, type BrowserName } from './browsers/browser.js';
import { launchChromium, launchFirefox } from './browsers/puppeteer.js';
import { launchWebKit } from './browsers/webkit.js';
import { Windows } from './browsers/windows.js';
import { complaints } from './complaints.js';
import type { ClientName } from './context.js';
import { Outcome, runMatrix, type Result } from './matrix.js';
import { notes, table } from './report.js';
import { deliveryScenarios } from './scenarios/delivery.js';
import { exampleScenarios } from './scenarios/examples.js';
import { lifecycleScenarios } from './scenarios/lifecycle.js';
import { messageScenarios } from './scenarios/messages.js';
import { networkScenarios } from './scenarios/network.js';
import { officialScenarios } from './scenarios/official.js';
import { operatorScenarios } from './scenarios/operator.js';
import { pageScenarios } from './scenarios/pages.js';
import type { Scenario } from './scenarios/scenario.js';

/** The machine has two cores. */
const BROWSERS_AT_ONCE = 2;

const LAUNCHERS: Readonly<Record<BrowserName, () => Promise<Browser>>> = {
  chromium: launchChromium,
  firefox: launchFirefox,
  webkit: launchWebKit,
};

/** Ordered so that the parallel runs end at about the same time. */
const LONGEST_FIRST: readonly BrowserName[] = ['firefox', 'webkit', 'chromium'];

const SCENARIOS: readonly Scenario[] = [
  ...messageScenarios,
  ...lifecycleScenarios,
  ...pageScenarios,
  ...networkScenarios,
  ...deliveryScenarios,
  ...exampleScenarios,
  ...officialScenarios,
  ...operatorScenarios,
];

const CLIENTS: readonly ClientName[] = ['ours', 'delivery', '2011'];

const { values: args } = readCommand({
  name: 'npm run browsers --',
  summary: 'Runs the scenarios in the browsers of this machine, and prints the matrix.',
  options: {
    browser: textOption('NAMES', 'these browsers only: chromium,firefox,webkit', undefined),
    client: choice(CLIENTS, 'one client only', undefined),
    transport: textOption('NAMES', 'these transports only', undefined),
    scenario: textOption('TEXTS', 'the scenarios whose names contain one of these', undefined),
    verbose: flag('prints what happens in the pages'),
  },
});

const results: Result[] = [];
const skipped: string[] = [];

function print(text: string): void {
  if (text !== '') process.stdout.write(`${text}\n`);
}

function onResult(result: Result): void {
  results.push(result);
  const { cell, scenario, outcome, ms, reason, failure } = result;
  if (!args.verbose) return;
  print(
    `${cell.browser} ${cell.client} ${cell.transport} '${scenario}' ${outcome} ${ms} ${reason} ${failure}`,
  );
}

/** Without `--client delivery`, the client with delivery runs its own scenarios only. */
function selected(client: ClientName): readonly Scenario[] {
  const texts = args.scenario?.split(',') ?? [''];
  const isLimited = client === 'delivery' && args.client === undefined;
  return SCENARIOS.filter(
    ({ name, clients }) =>
      texts.some((text) => name.includes(text)) &&
      (!isLimited || clients?.includes('delivery') === true),
  );
}

async function runBrowser(name: BrowserName): Promise<void> {
  let windows: Windows;
  try {
    windows = await Windows.open(LAUNCHERS[name]);
  } catch (error) {
    if (!(error instanceof BrowserMissing)) throw error;
    skipped.push(name);
    print(`${name} skipped: ${error.message}`);
    return;
  }
  const startedAt = performance.now();
  try {
    for (const client of CLIENTS) {
      if (args.client !== undefined && args.client !== client) continue;
      const transports = args.transport?.split(',');
      const selection = { scenarios: selected(client), client, ...(transports && { transports }) };
      await runMatrix(windows, name, selection, onResult);
    }
  } finally {
    await windows.close();
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const own = results.filter(({ cell }) => cell.browser === name);
  const title = `${windows.version} (${seconds} s)`;
  const tables = CLIENTS.map((client) => table(title, client, own));
  print(`\n${tables.join('\n')}`);
}

async function main(): Promise<void> {
  const names = args.browser?.split(',');
  const queue = LONGEST_FIRST.filter((name) => names?.includes(name) ?? true);
  const worker = async (): Promise<void> => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) await runBrowser(name);
  };
  await Promise.all(Array.from({ length: BROWSERS_AT_ONCE }, worker));
  print(complaints(results));
  print(notes(results));
  const count = (outcome: Outcome): number =>
    results.filter((result) => result.outcome === outcome).length;
  const failed = count(Outcome.Failed);
  const passed = count(Outcome.Passed) + count(Outcome.Outgrown) + count(Outcome.Retried);
  print(`${count(Outcome.OwnFault)} cells failed as listed`);
  const tail = skipped.length > 0 ? `, ${skipped.length} skipped` : '';
  print(`${passed} passed, ${failed} failed${tail}`);
  if (failed > 0 || passed === 0) process.exitCode = 1;
}

// The exit handlers end the browsers when the run is interrupted.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

/** A browser that hung leaves connections open, which would keep the process running. */
async function runAndExit(): Promise<void> {
  await main();
  process.exit();
}

void runAndExit();
