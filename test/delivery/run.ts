/**
 * Runs the simulation for many seeds; `npm run delivery-model -- --help` prints its options.
 *
 * @module
 */
import { flag, numberOption, readCommand, textOption } from '../support/command-line.js';
import { MUTANTS, without } from './mutants.js';
import { referenceNetworks } from './reference.js';
import { Simulation } from './simulation.js';

interface Summary {
  runs: number;
  steps: number;
  failing: string[];
  counts: Record<string, number>;
}

function add(sums: Record<string, number>, counts: object): void {
  for (const [name, count] of Object.entries(counts))
    sums[name] = (sums[name] ?? 0) + Number(count);
}

/** Runs the seeds from `from` on. */
export function explore(
  from: number,
  seeds: number,
  mostFailing: number = Infinity,
  makeNetwork?: ReturnType<typeof referenceNetworks>,
): Summary {
  const summary: Summary = { runs: 0, steps: 0, failing: [], counts: {} };
  for (let seed = from; seed < from + seeds && summary.failing.length < mostFailing; seed++) {
    const simulation = new Simulation(seed, undefined, makeNetwork);
    const violation = simulation.run();
    summary.runs++;
    summary.steps += simulation.steps;
    add(summary.counts, simulation.oracle.counts);
    add(summary.counts, simulation.network.counts);
    if (violation) summary.failing.push(`seed ${seed}: ${violation.message}`);
  }
  return summary;
}

function main(): void {
  const { values } = readCommand({
    name: 'npm run delivery-model --',
    summary: 'Runs the server and the client of delivery over a simulated network.',
    options: {
      seeds: numberOption(2000, 'how many runs'),
      from: numberOption(1, 'the first seed'),
      seed: numberOption(0, 'one seed only, with everything that happens; 0: many'),
      mutants: flag('the first seed that fails without each rule'),
      reference: textOption(
        'FOLDER',
        'the network of another implementation, see reference.ts',
        undefined,
      ),
    },
  });
  if (values.seed > 0) {
    const simulation = new Simulation(values.seed, (line) => console.log(line));
    console.log(simulation.profile);
    console.log(simulation.run()?.message ?? 'no violation');
    return;
  }
  if (values.mutants) {
    for (const title of Object.keys(MUTANTS)) {
      const { failing } = without(title, () => explore(values.from, values.seeds, 1));
      console.log(`${title}: ${failing[0] ?? 'NOT FOUND'}`);
      if (failing.length === 0) process.exitCode = 1;
    }
    return;
  }
  const begin = performance.now();
  const { runs, steps, failing, counts } = explore(
    values.from,
    values.seeds,
    Infinity,
    values.reference === undefined ? undefined : referenceNetworks(values.reference),
  );
  console.log(`${runs} runs, ${steps} steps, ${Math.round((performance.now() - begin) / 1000)} s`);
  console.log(counts);
  for (const line of failing.slice(0, 10)) console.log(line);
  console.log(`${runs - failing.length} passed, ${failing.length} failed`);
  process.exitCode = failing.length > 0 ? 1 : 0;
}

if (require.main === module) main();
