import type { BrowserName } from './browsers/browser.js';
import type { Windows } from './browsers/windows.js';
import { Context, type Cell, type ClientName } from './context.js';
import { impossible, knownFault } from './exceptions.js';
import { TRANSPORTS, TRANSPORTS_2011, type Scenario } from './scenarios/scenario.js';

/** Longest a scenario may take, in milliseconds; each step within has its own, shorter limit. */
const SCENARIO_MS = 30_000;

/** Longest a browser may take to give back what a scenario used; one that takes longer hangs. */
const CLEANUP_MS = 10_000;

const SCENARIOS_AT_ONCE = 4;

/**
 * How often a scenario is tried again, after all others and with none beside it: browsers hang,
 * with whatever runs in them, and machines are busy.
 */
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

async function within<T>(limitMs: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    const error = new Error(`Expected ${what} to end within ${limitMs} ms`);
    timer = setTimeout(() => reject(error), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1).join('');
}

/** Runs a scenario once; resolves with what went wrong, at the latest after both limits. */
async function attempt(windows: Windows, scenario: Scenario, cell: Cell): Promise<string> {
  const { browser } = windows;
  const context = new Context(windows, cell);
  const notes: string[] = [];
  try {
    await within(SCENARIO_MS, 'the scenario', scenario.run(context));
  } catch (error) {
    notes.push(firstLine(error));
  }
  const cleanUp = async (): Promise<void> => {
    const complaints = await context.complaints(scenario.breaksNetwork === true);
    if (complaints.length > 0) notes.push(`console: ${complaints.join(' | ')}`);
    await context.end();
  };
  try {
    await within(CLEANUP_MS, 'the clean-up', cleanUp());
  } catch (error) {
    notes.push(firstLine(error));
    await windows.replace(browser);
  }
  return notes.join(' ');
}

interface Job {
  readonly scenario: Scenario;
  readonly cell: Cell;
}

/** The first run of a cell. */
async function runCell(windows: Windows, { scenario, cell }: Job): Promise<Result> {
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
  return { ...base, outcome: isOwn ? Outcome.OwnFault : Outcome.Failed, ms, reason, failure };
}

/** Tries a cell that failed again. */
async function retry(windows: Windows, { scenario, cell }: Job, failed: Result): Promise<Result> {
  for (let tries = 0; tries < RETRIES; tries++) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
    if ((await attempt(windows, scenario, cell)) === '') {
      return { ...failed, outcome: Outcome.Retried };
    }
  }
  return failed;
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
  windows: Windows,
  name: BrowserName,
  selection: Selection,
  onResult: (result: Result) => void,
): Promise<void> {
  const jobs = cells(name, selection);
  const failed: [Job, Result][] = [];
  const work = async (queue: Job[]): Promise<void> => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      const result = await runCell(windows, job);
      if (result.outcome === Outcome.Failed) failed.push([job, result]);
      else onResult(result);
    }
  };
  await work(jobs.filter(({ scenario }) => scenario.alone === true));
  const queue = jobs.filter(({ scenario }) => scenario.alone !== true);
  await Promise.all(Array.from({ length: SCENARIOS_AT_ONCE }, () => work(queue)));
  for (const [job, result] of failed) onResult(await retry(windows, job, result));
}
