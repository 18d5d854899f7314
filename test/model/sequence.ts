/**
 * Sequences of steps: drawn from a seed, run, and shrunk if they fail.
 *
 * @module
 */
import { Random } from '../soak/random.js';
import { ErrorTrap } from './error-trap.js';
import { replaceTimers } from './fake-timers.js';
import { checkEnd, checkStep } from './invariants.js';
import { drawSteps, perform, type Step } from './steps.js';
import { PlannedError } from './application.js';
import type { Generation } from './peers/index.js';
import { Violation } from './violation.js';
import { drawSetting, World, type Setting } from './world.js';

export interface Sequence {
  readonly setting: Setting;
  readonly steps: readonly Step[];
}

export interface Failure {
  readonly sequence: Sequence;
  readonly message: string;
}

export function drawSequence(seed: number, generation: Generation): Sequence {
  const random = new Random(seed);
  return { setting: drawSetting(random, generation), steps: drawSteps(random, generation) };
}

function describe(error: unknown): string {
  if (error instanceof Violation) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Runs a sequence; returns the failure, or null. */
export async function run({ setting, steps }: Sequence): Promise<string | null> {
  const trap = new ErrorTrap((error) => error instanceof PlannedError);
  const world = new World(setting);
  const restore = replaceTimers(world.clock);
  let at = 0;
  try {
    for (const step of steps) {
      at++;
      perform(world, step);
      // oxlint-disable-next-line eslint/no-await-in-loop -- one step after the other
      await world.settle();
      if (trap.errors.length > 0) throw trap.errors[0];
      checkStep(world);
    }
    await checkEnd(world);
    if (trap.errors.length > 0) throw trap.errors[0];
    return null;
  } catch (error) {
    return `after step ${at}: ${describe(error)}`;
  } finally {
    for (const { wire } of world.wires) wire.socket.destroy();
    world.io.close();
    await world.settle();
    restore();
    trap.release();
  }
}

/** What stays the same in messages of one kind. */
function kindOf(message: string): string {
  return message
    .replace(/^after step \d+: /, '')
    .replace(/sid\d+z/, '')
    .replaceAll(/[\d,]+/g, '')
    .split('\n')[0] as string;
}

/** Leaves out all steps that are not needed to fail in the same way. */
export async function shrink(failure: Failure): Promise<Failure> {
  let best = failure;
  const kind = kindOf(failure.message);
  async function tryWith(steps: readonly Step[]): Promise<boolean> {
    const sequence = { ...best.sequence, steps };
    const message = await run(sequence);
    if (message === null || kindOf(message) !== kind) return false;
    best = { sequence, message };
    return true;
  }
  for (
    let size = Math.ceil(best.sequence.steps.length / 2);
    size >= 1;
    size = Math.floor(size / 2)
  ) {
    for (let at = 0; at < best.sequence.steps.length;) {
      const { steps } = best.sequence;
      // oxlint-disable-next-line eslint/no-await-in-loop -- the next depends on it
      const isGone = await tryWith([...steps.slice(0, at), ...steps.slice(at + size)]);
      if (!isGone) at += size;
    }
  }
  return best;
}

export interface Result {
  readonly sequences: number;
  readonly steps: number;
  readonly failures: readonly (Failure & { readonly seed: number })[];
}

/** Runs sequences from `seed` on, until there are so many or `mostFailures` have failed. */
export async function runMany(
  generation: Generation,
  seed: number,
  count: number,
  mostFailures = 1,
): Promise<Result> {
  const failures: (Failure & { seed: number })[] = [];
  const kinds = new Set<string>();
  let steps = 0;
  let sequences = 0;
  for (; sequences < count && failures.length < mostFailures; sequences++) {
    const sequence = drawSequence(seed + sequences, generation);
    steps += sequence.steps.length;
    // oxlint-disable-next-line eslint/no-await-in-loop -- one sequence after the other
    const message = await run(sequence);
    if (message === null || kinds.has(kindOf(message))) continue;
    kinds.add(kindOf(message));
    // oxlint-disable-next-line eslint/no-await-in-loop -- one sequence after the other
    const least = await shrink({ sequence, message });
    failures.push({ ...least, seed: seed + sequences });
  }
  return { sequences, steps, failures };
}
