import { expect } from 'chai';
import { sessionId } from '../../lib/session/session-id.js';

describe('sessionId', () => {
  const COUNT = 20_000;

  it('is 38 decimal digits, and never the same twice', () => {
    const ids = Array.from({ length: COUNT }, sessionId);
    for (const id of ids) expect(id).to.match(/^\d{38}$/);
    expect(new Set(ids).size).to.equal(COUNT);
  });

  it('has every digit equally often at every place', () => {
    const counts = Array.from({ length: 38 }, () => Array.from({ length: 10 }, () => 0));
    for (let i = 0; i < COUNT; i++) {
      Array.from(sessionId()).forEach((digit, place) => {
        const row = counts[place] as number[];
        row[Number(digit)] = (row[Number(digit)] as number) + 1;
      });
    }
    // 2000 expected, with a standard deviation of 42: eight of them are never seen by chance
    for (const row of counts) {
      for (const count of row) expect(count).to.be.within(2000 - 8 * 42, 2000 + 8 * 42);
    }
  });

  it('does not depend on Math.random', () => {
    const { random } = Math;
    let calls = 0;
    Math.random = () => {
      calls++;
      return 0.5;
    };
    try {
      const ids = new Set(Array.from({ length: 1000 }, sessionId));
      expect(ids.size).to.equal(1000);
      expect(calls).to.equal(0);
    } finally {
      Math.random = random;
    }
  });
});
