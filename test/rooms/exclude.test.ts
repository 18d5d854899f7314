import { expect } from 'chai';
import { excludeFilter } from '../../lib/rooms/exclude.js';

describe('excludeFilter', () => {
  it('excludes one id, or each id of a list', () => {
    const one = excludeFilter('12');
    expect([one?.('12'), one?.('1'), one?.('2')]).to.deep.equal([true, false, false]);
    const list = excludeFilter(['1', 2]);
    expect([list?.('1'), list?.('2'), list?.('12')]).to.deep.equal([true, true, false]);
  });

  it('compares a number loosely, as 0.6 did', () => {
    const filter = excludeFilter(12);
    expect([filter?.('12'), filter?.('012'), filter?.('1')]).to.deep.equal([true, true, false]);
  });

  it('is null if nothing is excluded', () => {
    for (const none of [undefined, null, 0, '']) expect(excludeFilter(none)).to.equal(null);
  });
});
