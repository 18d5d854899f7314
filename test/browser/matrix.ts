import type { Browser, BrowserName } from './browsers/browser.js';
import { Windows } from './browsers/windows.js';
import { Context, type Cell, type ClientName } from './context.js';
import { impossible, knownFault } from './exceptions.js';
import { TRANSPORTS, TRANSPORTS_2011, type Scenario } from './scenarios/scenario.js';

/** Longest a scenario may take, in milliseconds; each step within has its own, shorter limit. */
const SCENARIO_MS = 30_000;

const SCENARIOS_AT_ONCE = 4;

/** How often a scenario is tried again: browsers hang, and machines are busy. */
const RETRIES = 2;

export const Outcome = {
  Passed: 'passed',
  Failed: 'failed',
  /** Cannot exist in that browser. */
  Impossible: 'impossible',
  /** Passed when it was tried again: the machine was busy, or the browser hung. */
  Retried: 'retried',
  /** Failed as the list of known faults says. */
  OwnFault: 'own fault',
  /** On that list, and passed. */
  Outgrown: 'outgrown',
} as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

export interface Result {
  readonly scenario: string;
  readonly cell: Cell;
  readonly outcome: Outcome;
  readonly ms: number;
  /** Why it is no failure to fail here. */
  readonly reason: string;
  /** What failed. */
  readonly failure: string;
}

async function withLimit(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((_, reject) => {
    const error = new Error(`Expected the scenario to end within ${SCENARIO_MS} ms`);
    timer = setTimeout(() => reject(error), SCENARIO_MS);
  });
  try {
    await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

async function attempt(windows: Windows, scenario: Scenario, cell: Cell): Promise<string> {
  const context = new Context(windows, cell);
  let note = '';
  try {
    await withLimit(scenario.run(context));
  } catch (error) {
    note = error instanceof Error ? error.message : String(error);
    note = note.split('\n', 1).join('');
  }
  const complaints = await context.complaints(scenario.breaksNetwork === true);
  if (complaints.length > 0) note = [note, `console: ${complaints.join(' | ')}`].join(' ').trim();
  await context.end();
  return note;
}

async function runCell(windows: Windows, scenario: Scenario, cell: Cell): Promise<Result> {
  const base = { scenario: scenario.name, cell, ms: 0, reason: '', failure: '' };
  const cannot = impossible(scenario.name, cell);
  if (cannot !== undefined) return { ...base, outcome: Outcome.Impossible, reason: cannot };
  const startedAt = performance.now();
  const fault = knownFault(scenario.name, cell);
  const reason = fault?.reason ?? '';
  const failure = await attempt(windows, scenario, cell);
  const ms = Math.round(performance.now() - startedAt);
  if (failure === '') {
    return { ...base, outcome: fault ? Outcome.Outgrown : Outcome.Passed, ms, reason };
  }
  const isOwn = fault?.symptom.test(failure) === true;
  for (let tries = isOwn ? RETRIES : 0; tries < RETRIES; tries++) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
    if ((await attempt(windows, scenario, cell)) === '') {
      return { ...base, outcome: Outcome.Retried, ms, reason, failure };
    }
  }
  return { ...base, outcome: isOwn ? Outcome.OwnFault : Outcome.Failed, ms, reason, failure };
}

interface Job {
  readonly scenario: Scenario;
  readonly cell: Cell;
}

export interface Selection {
  readonly scenarios: readonly Scenario[];
  readonly client: ClientName;
  readonly transports?: readonly string[];
}

function cells(name: BrowserName, { client, scenarios, transports }: Selection): Job[] {
  const all: readonly string[] = client === 'ours' ? TRANSPORTS : TRANSPORTS_2011;
  const jobs: Job[] = [];
  for (const scenario of scenarios) {
    if (!(scenario.clients?.includes(client) ?? true)) continue;
    for (const transport of scenario.transports ?? all) {
      if (transport !== 'any' && !all.includes(transport)) continue;
      if (!(transports?.includes(transport) ?? true)) continue;
      jobs.push({ scenario, cell: { browser: name, client, transport } });
    }
  }
  return jobs;
}

/**
 * Runs the selected scenarios in one browser; first those that want it for themselves,
 * then the others, several at once, because most of their time is spent waiting.
 */
export async function runMatrix(
  browser: Browser,
  name: BrowserName,
  selection: Selection,
  onResult: (result: Result) => void,
): Promise<void> {
  const windows = new Windows(browser);
  const jobs = cells(name, selection);
  const work = async (queue: Job[]): Promise<void> => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      onResult(await runCell(windows, job.scenario, job.cell));
    }
  };
  await work(jobs.filter(({ scenario }) => scenario.alone === true));
  const queue = jobs.filter(({ scenario }) => scenario.alone !== true);
  await Promise.all(Array.from({ length: SCENARIOS_AT_ONCE }, () => work(queue)));
}
