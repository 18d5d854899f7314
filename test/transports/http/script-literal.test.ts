import { expect } from 'chai';
import * as fc from 'fast-check';
import { scriptLiteral } from '../../../lib/transports/http/script-literal.js';

describe('scriptLiteral', () => {
  it('escapes what would end a script, begin a comment or break a line', () => {
    expect(scriptLiteral('</script><!--\u2028\u2029"\\\n')).to.equal(
      String.raw`"\u003c/script>\u003c!--\u2028\u2029\"\\\n"`,
    );
  });

  it('returns JSON that a script evaluates to the same text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const literal = scriptLiteral(text);
        expect(JSON.parse(literal)).to.equal(text);
        // oxlint-disable-next-line typescript/no-implied-eval -- as a browser would read it
        expect(new Function(`return ${literal}`)()).to.equal(text);
        expect(literal).to.not.match(/[<\u2028\u2029\n\r]/);
      }),
    );
  });
});
