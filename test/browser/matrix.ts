import type { BrowserName } from './browsers/browser.js';
import type { Windows } from './browsers/windows.js';
import { Context, type Cell, type ClientName } from './context.js';
import { impossible, knownFault } from './exceptions.js';
import { TRANSPORTS, TRANSPORTS_2011, type Scenario } from './scenarios/scenario.js';

/** The time limit of a scenario, in milliseconds; each of its steps has a shorter one. */
const SCENARIO_MS = 30_000;

/** The time limit of the clean-up; a browser that takes longer counts as hanging. */
const CLEANUP_MS = 10_000;

const SCENARIOS_AT_ONCE = 4;

/**
 * How often a failed scenario is repeated, after all others and without others in parallel:
 * browsers sometimes hang, and the machine may be busy.
 */
const RETRIES = 2;

export const Outcome = {
  Passed: 'passed',
  Failed: 'failed',
  /** Not supported by that browser. */
  Impossible: 'impossible',
  /** Passed when it was repeated: the machine was busy, or the browser hung. */
  Retried: 'retried',
  /** Failed with the symptom in the list of known faults. */
  OwnFault: 'own fault',
  /** Passed although it is on that list. */
  Outgrown: 'outgrown',
} as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

export interface Result {
  readonly scenario: string;
  readonly cell: Cell;
  readonly outcome: Outcome;
  readonly ms: number;
  /** Why a failure here is accepted. */
  readonly reason: string;
  /** The message of the failure. */
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

/** Runs a scenario once; resolves with its failures, at the latest after both limits. */
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

/** Repeats a failed cell. */
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
  const all: readonly string[] = client === '2011' ? TRANSPORTS_2011 : TRANSPORTS;
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
 * Runs the selected scenarios in one browser: first those that need to run alone, then the others,
 * several in parallel, because they mostly wait.
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
