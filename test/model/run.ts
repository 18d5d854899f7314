/**
 * Runs the model: `npm run model -- --sequences 100000 --seed 1`.
 *
 *     --plant NAME     plants a fault first, which the model has to find
 *     --mutants        plants each of these faults in turn, and expects each to be found
 *     --replay JSON    runs one sequence, as a failure prints it
 *     --failures N     continues until so many kinds of failure are found (1)
 *
 * @module
 */
// oxlint-disable-next-line import/no-unassigned-import -- it only has to come first
import '../soak/outside-mocha.js';
import { parseArgs } from 'node:util';
import { PLANTS } from './plants.js';
import { run, runMany, type Sequence } from './sequence.js';

/** Plants one fault after the other; a fault that is not found is a failure of the model. */
async function findMutants(seed: number, count: number): Promise<void> {
  for (const [name, plant] of Object.entries(PLANTS)) {
    const takeOut = plant();
    // oxlint-disable-next-line eslint/no-await-in-loop -- one fault after the other
    const { sequences, failures } = await runMany(seed, count);
    takeOut();
    const [failure] = failures;
    if (!failure) process.exitCode = 1;
    console.log(`${name}: ${failure ? `found after ${sequences} sequences` : 'NOT FOUND'}`);
    if (failure) console.log(`  ${failure.message.split('\n')[0]}`);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      sequences: { type: 'string', default: '10000' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      failures: { type: 'string', default: '1' },
      plant: { type: 'string' },
      mutants: { type: 'boolean' },
      replay: { type: 'string' },
    },
  });
  if (values.mutants) {
    await findMutants(Number(values.seed), Number(values.sequences));
    return;
  }
  if (values.plant !== undefined) {
    const plant = PLANTS[values.plant];
    if (!plant) throw new Error(`Expected --plant to be one of ${Object.keys(PLANTS).join(', ')}`);
    plant();
  }
  if (values.replay !== undefined) {
    console.log((await run(JSON.parse(values.replay) as Sequence)) ?? 'no failure');
    return;
  }
  const start = performance.now();
  const { sequences, steps, failures } = await runMany(
    Number(values.seed),
    Number(values.sequences),
    Number(values.failures),
  );
  for (const { seed, message, sequence } of failures) {
    console.log(`seed ${seed}: ${message}`);
    console.log(`  --replay '${JSON.stringify(sequence)}'`);
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log({ seed: values.seed, sequences, steps, violations: failures.length, seconds });
  if (failures.length > 0) process.exitCode = 1;
}

void main();
