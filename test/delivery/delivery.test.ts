import { expect } from 'chai';
import { MUTANTS, SEEDS, without } from './mutants.js';
import { explore } from './run.js';

const ALL_SEEDS = Number(process.env['DELIVERY_SEEDS'] ?? 2000);
/** Enough to find what any rule prevents. */
const MUTANT_SEEDS = 2000;

describe('delivery, over a network with all kinds of faults', function () {
  this.timeout(600_000);

  it(`delivers every message once and in order, or names it as lost (${ALL_SEEDS} seeds)`, () => {
    const { failing, counts } = explore(1, ALL_SEEDS);
    expect(failing).to.deep.equal([]);
    expect(counts['resumed']).to.be.greaterThan(ALL_SEEDS);
  });

  describe('passes a seed that has failed when the server', () => {
    for (const [title, seed] of Object.entries(SEEDS)) {
      it(`${title}: ${seed}`, () => {
        expect(explore(seed, 1).failing).to.deep.equal([]);
      });
    }
  });

  describe('fails the check when the server', () => {
    for (const title of Object.keys(MUTANTS)) {
      it(title, () => {
        const found = without(title, () => {
          const known = explore(SEEDS[title] ?? 1, 1);
          return known.failing.length > 0 ? known : explore(1, MUTANT_SEEDS, 1);
        });
        expect(found.failing, `${found.runs} runs`).to.have.lengthOf(1);
      });
    }
  });
});
