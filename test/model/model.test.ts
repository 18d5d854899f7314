import { expect } from 'chai';
import { afterThisTest } from '../support/cleanup.js';
import { GENERATIONS, type Generation } from './peers/index.js';
import { PLANTS } from './plants.js';
import { REGRESSIONS } from './regressions.js';
import { drawSequence, run, runMany, shrink } from './sequence.js';

const MOST_SEQUENCES = 2000;
const FIRST_SEED = 100_000;
/** Sequences of each generation; more in a long run: `npm run model`. */
const SEQUENCES = 1000;

describe('model of sessions', function () {
  this.timeout(120_000);

  for (const [name, { generation, symptom, insert }] of Object.entries(PLANTS)) {
    it(`finds a planted fault of ${generation}: ${name}`, async () => {
      afterThisTest(insert());
      let message: string | null = null;
      for (let seed = 1; seed <= MOST_SEQUENCES; seed++) {
        message = await run(drawSequence(seed, generation));
        if (message !== null && symptom.test(message)) return;
      }
      expect.fail(`not found; the last failure was ${message}`);
    });
  }

  for (const generation of Object.keys(GENERATIONS) as Generation[]) {
    it(`holds for ${SEQUENCES} sequences of ${generation}`, async () => {
      const { failures } = await runMany(generation, FIRST_SEED, SEQUENCES);
      const shown = failures.map(
        ({ seed, message, sequence }) =>
          `seed ${seed}: ${message}\nnpm run model -- --replay '${JSON.stringify(sequence)}'`,
      );
      expect(shown).to.deep.equal([]);
    });
  }

  for (const [what, sequence] of Object.entries(REGRESSIONS)) {
    it(what, async () => {
      expect(await run(sequence)).to.equal(null);
    });
  }

  it('shrinks a failing sequence to the steps that it needs', async () => {
    afterThisTest(PLANTS['detached-without-timer']?.insert() ?? (() => undefined));
    const sequence = {
      ...drawSequence(1, '0.6'),
      steps: [
        { name: 'connect', a: 8, b: 1 },
        { name: 'tick', a: 0, b: 0 },
        { name: 'broadcast', a: 0, b: 0 },
      ] as const,
    };
    const message = await run(sequence);
    expect(message).to.match(/away without a timer/);
    const least = await shrink({ sequence, message: message ?? '' });
    expect(least.sequence.steps).to.deep.equal([{ name: 'connect', a: 8, b: 1 }]);
  });
});
