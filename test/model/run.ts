/**
 * Runs the model; `npm run model -- --help` prints its options.
 *
 * @module
 */
// oxlint-disable-next-line import/no-unassigned-import -- it only has to come first
import '../soak/outside-mocha.js';
import { choice, flag, numberOption, readCommand, textOption } from '../support/command-line.js';
import { GENERATIONS, type Generation } from './peers/index.js';
import { PLANTS } from './plants.js';
import { run, runMany, type Sequence } from './sequence.js';

const generations = Object.keys(GENERATIONS) as Generation[];

const { values } = readCommand({
  name: 'npm run model --',
  summary:
    'Runs random sequences of events of sessions, and checks what must hold after each step.',
  options: {
    sequences: numberOption(10_000, 'sequences of each generation'),
    seed: numberOption(Date.now() % 1_000_000, 'the first seed'),
    generation: choice(generations, 'one generation only', undefined),
    failures: numberOption(1, 'continues until so many kinds of failure are found'),
    plant: choice(
      Object.keys(PLANTS),
      'plants a fault first, which the model has to find',
      undefined,
    ),
    mutants: flag('plants each of these faults in turn, and expects each to be found'),
    replay: textOption('JSON', 'runs one sequence, as a failure prints it', undefined),
  },
});

/** Plants one fault after the other; a fault that is not found is a failure of the model. */
async function findMutants(): Promise<void> {
  for (const [name, { generation, insert }] of Object.entries(PLANTS)) {
    const takeOut = insert();
    // oxlint-disable-next-line eslint/no-await-in-loop -- one fault after the other
    const { sequences, failures } = await runMany(generation, values.seed, values.sequences);
    takeOut();
    const [failure] = failures;
    if (!failure) process.exitCode = 1;
    const found = failure ? `found after ${sequences} sequences` : 'NOT FOUND';
    console.log(`${name} (${generation}): ${found}`);
    if (failure) console.log(`  ${failure.message.split('\n')[0]}`);
  }
}

async function explore(generation: Generation): Promise<void> {
  const start = performance.now();
  const { sequences, steps, failures } = await runMany(
    generation,
    values.seed,
    values.sequences,
    values.failures,
  );
  for (const { seed, message, sequence } of failures) {
    console.log(`seed ${seed}: ${message}`);
    console.log(`  --replay '${JSON.stringify(sequence)}'`);
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const violations = failures.length;
  console.log({ generation, seed: values.seed, sequences, steps, violations, seconds });
  if (violations > 0) process.exitCode = 1;
}

function readSequence(json: string): Sequence {
  try {
    return JSON.parse(json) as Sequence;
  } catch (error) {
    console.error(`Expected \`--replay\` to have a sequence as JSON: ${String(error)}`);
    return process.exit(2);
  }
}

async function main(): Promise<void> {
  if (values.mutants) {
    await findMutants();
    return;
  }
  const plant = values.plant === undefined ? undefined : PLANTS[values.plant];
  plant?.insert();
  if (values.replay !== undefined) {
    console.log((await run(readSequence(values.replay))) ?? 'no failure');
    return;
  }
  const chosen = values.generation ?? plant?.generation;
  for (const generation of chosen ? [chosen] : generations) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
    await explore(generation);
  }
}

void main();
