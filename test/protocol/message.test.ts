import { expect } from 'chai';
import { readMessage } from '../../lib/protocol/message.js';
import { collectGarbage } from '../support/garbage.js';

function nested(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}

describe('readMessage', () => {
  it('treats JSON nested deeper than 500 levels as invalid', () => {
    expect(readMessage(`~j~${nested(500)}${' '.repeat(1000)}`)).to.have.lengthOf(1);
    expect(readMessage(`~j~${nested(501)}`)).to.deep.equal({});
    expect(readMessage(`~j~${'{"a":['.repeat(300)}1${']}'.repeat(300)}`)).to.deep.equal({});
    expect(readMessage(`~j~${'['.repeat(100_000)}`)).to.deep.equal({});
  });

  it('does not count closing brackets and brackets in strings', () => {
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

describe('readMessage, for a short text of a large payload', () => {
  for (const [what, text] of [
    ['ASCII', 'a nickname of twenty letters'],
    ['Latin-1', 'grüße aus dem schönen süden'],
    ['other scripts', 'привет из далёкого города'],
    ['lone surrogates', 'half a pair: \ud83d, and a tail'],
  ] as const) {
    it(`returns the text, of ${what}`, () => {
      const payload = text + 'x'.repeat(10_000);
      expect(readMessage(payload.slice(0, text.length), payload.length)).to.equal(text);
    });
  }

  it('leaves a text of at least half of its payload as it is', () => {
    const text = 'y'.repeat(6000);
    expect(readMessage(text, 10_000)).to.equal(text);
  });

  it('does not keep the payload in memory', () => {
    const kept: unknown[] = [];
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 20; i++) {
      const payload = Buffer.alloc(4_000_000, `nickname ${i} of the client `).toString('latin1');
      kept.push(readMessage(payload.slice(100, 130), payload.length));
    }
    collectGarbage();
    expect(process.memoryUsage().heapUsed - before).to.be.below(20_000_000);
    expect(kept.length).to.equal(20);
  });
});
