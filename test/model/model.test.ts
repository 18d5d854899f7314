import { expect } from 'chai';
import { afterThisTest } from '../support/cleanup.js';
import { PLANTS } from './plants.js';
import { REGRESSIONS } from './regressions.js';
import { drawSequence, run, runMany, shrink } from './sequence.js';

/** What the model reports of each planted fault. */
const SYMPTOMS: Readonly<Record<string, RegExp>> = {
  'detached-without-timer': /away without a timer/,
  'requeued-in-reverse': /: wrote \d/,
  'requeued-twice': /: wrote \d/,
  'kick-between-polls-ignored': /open after a kick/,
  'posts-delivered-twice': /: received \d/,
  'unlimited-buffer': /bytes wait on one connection/,
  'handshake-not-released': /left: \d+ pending handshakes/,
};
const MOST_SEQUENCES = 2000;
const FIRST_SEED = 100_000;
const SEQUENCES = 2000;

describe('model of sessions', () => {
  it('lists the symptom of every planted fault', () => {
    expect(Object.keys(SYMPTOMS)).to.deep.equal(Object.keys(PLANTS));
  });

  for (const [name, plant] of Object.entries(PLANTS)) {
    it(`finds a planted fault: ${name}`, async () => {
      afterThisTest(plant());
      let message: string | null = null;
      for (let seed = 1; seed <= MOST_SEQUENCES; seed++) {
        message = await run(drawSequence(seed));
        if (message !== null && SYMPTOMS[name]?.test(message)) return;
      }
      expect.fail(`not found; the last failure was ${message}`);
    });
  }

  it(`holds for ${SEQUENCES} sequences`, async () => {
    const { failures } = await runMany(FIRST_SEED, SEQUENCES);
    const shown = failures.map(
      ({ seed, message, sequence }) =>
        `seed ${seed}: ${message}\nnpm run model -- --replay '${JSON.stringify(sequence)}'`,
    );
    expect(shown).to.deep.equal([]);
  });

  for (const [what, sequence] of Object.entries(REGRESSIONS)) {
    it(what, async () => {
      expect(await run(sequence)).to.equal(null);
    });
  }

  it('shrinks a failing sequence to the steps that it needs', async () => {
    afterThisTest(PLANTS['detached-without-timer']?.() ?? (() => undefined));
    const sequence = {
      ...drawSequence(1),
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
