import { expect } from 'chai';
import { decode } from '../../lib/protocol/frames.js';
import { fuzz } from './fuzz.js';
import { TARGETS } from './targets.js';

describe('fuzzing', () => {
  for (const target of TARGETS) {
    it(`finds no failure in ${target.name}`, () => {
      const end = performance.now() + 1000;
      const { executions, failures } = fuzz(target, 1, () => performance.now() > end);
      expect(failures).to.deep.equal([]);
      expect(executions).to.be.above(200);
    });
  }

  it('finds a planted fault', () => {
    const target = {
      name: 'a planted fault',
      seeds: ['~m~4~m~abcd'],
      run: (bytes: Buffer) => {
        for (const text of decode(bytes.toString())) {
          if (text.startsWith('~j~')) throw new Error('found');
        }
      },
    };
    const end = performance.now() + 10_000;
    const { failures } = fuzz(target, 1, () => performance.now() > end);
    expect(failures.length).to.be.above(0);
  });
});
