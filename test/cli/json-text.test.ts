import { expect } from 'chai';
import { toJsonText } from '../../lib/cli/json-text.js';

/** An array that is nested so deeply that `JSON.stringify` throws. */
function nest(depth: number, value: unknown): unknown {
  let nested = value;
  for (let level = 0; level < depth; level++) nested = [nested];
  return nested;
}

describe('toJsonText()', () => {
  const value = { a: [1, 'two\n', null, true, [], {}], '"b"': { c: -1.5e300 } };

  it('returns the text of JSON.stringify', () => {
    for (const one of [value, 'text', null, 0, [], {}]) {
      expect(toJsonText(one)).to.equal(JSON.stringify(one));
    }
  });

  it('writes values of any depth', () => {
    const depth = 200_000;
    const nested = nest(depth, value);
    const text = '['.repeat(depth) + JSON.stringify(value) + ']'.repeat(depth);
    expect(toJsonText(nested) === text).to.equal(true);
    expect(toJsonText({ at: 1, data: nested }) === `{"at":1,"data":${text}}`).to.equal(true);
  });

  it('throws the errors of JSON.stringify that do not concern depth', () => {
    const circular: unknown[] = [];
    circular.push(circular);
    expect(() => toJsonText(circular)).to.throw(TypeError);
  });
});
