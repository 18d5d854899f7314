import { expect } from 'chai';
import { MUTANTS } from './mutants.js';
import { explore } from './run.js';

const SEEDS = Number(process.env['DELIVERY_SEEDS'] ?? 2000);
/** Enough to find what any rule prevents. */
const MUTANT_SEEDS = 2000;

describe('delivery, over a network with all kinds of faults', function () {
  this.timeout(600_000);

  it(`delivers every message once and in order, or names it as lost (${SEEDS} seeds)`, () => {
    const { failing, counts } = explore(1, SEEDS);
    expect(failing).to.deep.equal([]);
    expect(counts['resumed']).to.be.greaterThan(SEEDS);
  });

  describe('fails the check when the server', () => {
    for (const [title, apply] of Object.entries(MUTANTS)) {
      it(title, () => {
        const restore = apply();
        try {
          const { failing, runs } = explore(1, MUTANT_SEEDS, 1);
          expect(failing, `${runs} runs`).to.have.lengthOf(1);
        } finally {
          for (const undo of restore) undo();
        }
      });
    }
  });
});
