import { expect } from 'chai';
import { parseRetryAfter } from '../../../../client/node/http/refusal.js';

describe('parseRetryAfter()', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  for (const [value, expected] of [
    ['0', 0],
    ['120', 120_000],
    [' 5 ', 5000],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
    ['99999999', 3_600_000],
    ['Fri, 01 Jan 2100 00:00:00 GMT', 3_600_000],
    ['', undefined],
    ['soon', undefined],
    [undefined, undefined],
  ] as const) {
    it(`returns ${expected} for ${value === undefined ? 'no header' : `'${value}'`}`, () => {
      expect(parseRetryAfter(value, now)).to.equal(expected);
    });
  }
});
