import { expect } from 'chai';
import { POLLING_DEFAULTS, STREAMING_DEFAULTS, validTiming } from '../../lib/session/timings.js';

describe('the default timings', () => {
  it('have a duration for polling transports only', () => {
    expect('duration' in STREAMING_DEFAULTS).to.equal(false);
    expect(POLLING_DEFAULTS.duration).to.equal(20_000);
  });
});

describe('validTiming', () => {
  for (const [value, expected] of [
    [0, 0],
    [5000, 5000],
    ['5000', 5000],
    [Infinity, Infinity],
    [-1, 7],
    [Number.NaN, 7],
    [undefined, 7],
    [null, 7],
    ['soon', 7],
  ] as const) {
    it(`is ${expected} for ${String(value)}, with the default 7`, () => {
      expect(validTiming(value, 7)).to.equal(expected);
    });
  }
});
