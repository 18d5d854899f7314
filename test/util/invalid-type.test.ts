import { expect } from 'chai';
import { invalidType } from '../../lib/util/invalid-type.js';

describe('invalidType', () => {
  it('returns a TypeError that names the argument, what was expected, the value and its type', () => {
    const error = invalidType('port', 'a number', 'eighty');
    expect(error).to.be.instanceOf(TypeError);
    expect(error.message).to.equal("Expected `port` to be a number, got 'eighty' (string)");
  });

  it('shows objects on one line, without what is inside them', () => {
    const value = { list: [1, 2], nested: { deep: true } };
    expect(invalidType('options', 'a function', value).message).to.equal(
      'Expected `options` to be a function, got { list: [Array], nested: [Object] } (object)',
    );
  });

  it('shows at most 80 characters of the value', () => {
    const { message } = invalidType('name', 'short', 'x'.repeat(1000));
    expect(message).to.equal(`Expected \`name\` to be short, got '${'x'.repeat(79)} (string)`);
  });

  it('shows null and undefined', () => {
    expect(invalidType('a', 'set', null).message).to.equal(
      'Expected `a` to be set, got null (object)',
    );
    expect(invalidType('a', 'set', undefined).message).to.equal(
      'Expected `a` to be set, got undefined (undefined)',
    );
  });
});
