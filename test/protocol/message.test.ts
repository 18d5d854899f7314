import { expect } from 'chai';
import { readMessage } from '../../lib/protocol/message.js';

function nested(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}

describe('readMessage', () => {
  it('takes JSON nested deeper than 500 levels for none', () => {
    expect(readMessage(`~j~${nested(500)}${' '.repeat(1000)}`)).to.have.lengthOf(1);
    expect(readMessage(`~j~${nested(501)}`)).to.deep.equal({});
    expect(readMessage(`~j~${'{"a":['.repeat(300)}1${']}'.repeat(300)}`)).to.deep.equal({});
    expect(readMessage(`~j~${'['.repeat(100_000)}`)).to.deep.equal({});
  });

  it('counts no brackets that stand in strings, or close', () => {
    const text = '"[{\\'.repeat(1000);
    expect(readMessage(`~j~${JSON.stringify([text])}`)).to.deep.equal([text]);
    const wide = `[${'[],'.repeat(1000)}[]]`;
    expect(readMessage(`~j~${wide}`)).to.have.lengthOf(1001);
    expect(readMessage(`~j~"${'['.repeat(2000)}`)).to.deep.equal({});
    expect(readMessage(`~j~${' '.repeat(2000)}"\\`)).to.deep.equal({});
  });

  const cases: readonly (readonly [string, unknown])[] = [
    ['text', 'text'],
    ['', ''],
    ['~j~{"a":[1,null]}', { a: [1, null] }],
    ['~j~[1]', [1]],
    ['~j~"text"', 'text'],
    ['~j~7', 7],
    ['~j~null', null],
    ['~j~', {}],
    ['~j~{nonsense', {}],
    ['~k~1', '~k~1'],
    ['{"a":1}', '{"a":1}'],
  ];
  for (const [text, message] of cases) {
    it(`reads ${JSON.stringify(text)} as ${JSON.stringify(message)}`, () => {
      expect(readMessage(text)).to.deep.equal(message);
    });
  }
});
