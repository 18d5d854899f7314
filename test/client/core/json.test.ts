import { assert, constantFrom, jsonValue, pre, property, string } from 'fast-check';
import { expect } from 'chai';
import { parse, stringify } from '../../../client/core/json.js';

describe('client JSON for browsers without JSON', () => {
  it('reads what JSON.stringify writes', () => {
    assert(
      property(jsonValue(), constantFrom(undefined, 1), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        // Assignment, the only way in ES3, does not create an own property of that name.
        pre(!text.includes('"__proto__"'));
        expect(parse(text)).to.deep.equal(JSON.parse(text));
      }),
    );
  });

  it('reads line breaks in strings', () => {
    const text = '"\u2028 \u2029 \n"';
    expect(parse(text)).to.equal('\u2028 \u2029 \n');
  });

  it('writes what JSON.parse reads', () => {
    assert(
      property(jsonValue(), (value) => {
        const text = stringify(value) as string;
        expect(JSON.parse(text)).to.deep.equal(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('writes values as JSON.stringify does', () => {
    const samples: unknown[] = [
      undefined,
      () => 1,
      NaN,
      -0,
      1e21,
      new Date(0),
      { toJSON: () => ({ a: [undefined, Infinity] }) },
      { a: undefined, b: () => 1, c: null },
      [undefined, () => 1, null],
      Object.create({ inherited: 1 }),
    ];
    for (const sample of samples) expect(stringify(sample)).to.equal(JSON.stringify(sample));
  });

  it('escapes characters that break JSON in old browsers', () => {
    expect(stringify('"\\\n\u2028')).to.equal('"\\u0022\\u005c\\u000a\\u2028"');
  });

  it('rejects text that is not JSON', () => {
    const samples = [
      '',
      ' ',
      '{',
      '[',
      '"',
      '"a',
      '[1,]',
      '[,1]',
      '{"a"}',
      '{"a":}',
      '{a:1}',
      '{"a":1,}',
    ];
    samples.push(
      "'a'",
      'undefined',
      'NaN',
      'alert(1)',
      '1 2',
      '[1 2]',
      '{"a":1 "b":2}',
      '{1:2}',
      '1-2',
      ']',
    );
    samples.push(
      'tru',
      'nullx',
      'Infinity',
      '{"a":1}}',
      '(1)',
      '-',
      '{"a" 1}',
      'window',
      'constructor',
    );
    for (const sample of samples) expect(() => parse(sample), sample).to.throw(Error, 'JSON');
  });

  it('rejects random text with an Error, and deep nesting with a RangeError', () => {
    assert(
      property(string({ unit: constantFrom(...Array.from('[]{},:"\\utrue019-.e ')) }), (text) => {
        try {
          parse(text);
        } catch (err) {
          expect(err).to.have.property('message', 'JSON');
        }
      }),
    );
    expect(() => parse('['.repeat(1e6))).to.throw(RangeError);
  });
});
