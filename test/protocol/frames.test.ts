import { expect } from 'chai';
import * as fc from 'fast-check';
import { asJson, decode, encode, encodeHeartbeat } from '../../lib/protocol/frames.js';
import { readMessage } from '../../lib/protocol/message.js';
import { parsePayload } from '../support/payload.js';
import { leastCpuMs } from '../support/cpu.js';

describe('encode', () => {
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['text', 'hello', '~m~5~m~hello'],
    ['the empty text', '', '~m~0~m~'],
    ['null', null, '~m~0~m~'],
    ['undefined', undefined, '~m~0~m~'],
    ['a number', -1.5, '~m~4~m~-1.5'],
    ['a boolean', false, '~m~5~m~false'],
    ['NaN', Number.NaN, '~m~3~m~NaN'],
    ['an object', { three: 3 }, '~m~14~m~~j~{"three":3}'],
    ['an object without a prototype', Object.create(null), '~m~5~m~~j~{}'],
    ['what has a toJSON', { toJSON: () => [1] }, '~m~6~m~~j~[1]'],
    ['an array', [1, 'two', { three: 3 }, null], '~m~1~m~1~m~3~m~two~m~14~m~~j~{"three":3}~m~0~m~'],
    ['an empty array', [], ''],
    ['arrays in an array', [[1, 2], []], '~m~3~m~1,2~m~0~m~'],
    ['a hole in an array', [, 'x'], '~m~0~m~~m~1~m~x'], // oxlint-disable-line eslint/no-sparse-arrays -- that is the case
    ['UTF-16 code units', 'é😀', '~m~3~m~é😀'],
    ['framing in a text', '~m~3~m~abc', '~m~10~m~~m~3~m~abc'],
    ['a text that looks like a heartbeat', '~h~1', '~m~9~m~~j~"~h~1"'],
    ['a text that looks like JSON', '~j~{}', '~m~10~m~~j~"~j~{}"'],
    ['a text that nearly does', '~k~', '~m~3~m~~k~'],
  ];
  for (const [what, value, payload] of cases) {
    it(`encodes ${what}`, () => {
      expect(encode(value)).to.equal(payload);
    });
  }

  it('encodes dates and functions as text, as 0.6 did', () => {
    const date = new Date(0);
    expect(parsePayload(encode(date))).to.deep.equal([String(date)]);
    expect(parsePayload(encode(parsePayload))).to.deep.equal([String(parsePayload)]);
  });

  it('throws a TypeError for a circular object', () => {
    const circular: { self?: unknown } = {};
    circular.self = circular;
    expect(() => encode(circular)).to.throw(TypeError);
  });

  it('encodes heartbeats', () => {
    expect(encodeHeartbeat(1)).to.equal('~m~4~m~~h~1');
    expect(encodeHeartbeat(10)).to.equal('~m~5~m~~h~10');
  });
});

describe('decode', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['', []],
    ['~m~0~m~', ['']],
    ['~m~5~m~hello', ['hello']],
    ['~m~05~m~hello', ['hello']],
    ['~m~1~m~a~m~10~m~second one~m~0~m~', ['a', 'second one', '']],
    ['~m~10~m~~m~3~m~abc~m~4~m~x~m~', ['~m~3~m~abc', 'x~m~']],
    ['garbage', []],
    [' ~m~1~m~a', []],
    ['~m~1~m~agarbage~m~1~m~b', ['a']],
    ['~m~', []],
    ['~m~1', []],
    ['~m~1~', []],
    ['~m~1~m', []],
    ['~m~1~m~', ['']],
    ['~m~~m~', []],
    ['~m~-1~m~a', []],
    ['~m~1.0~m~a', []],
    ['~m~ 1~m~a', []],
    ['~m~2~m~a', ['a']],
    ['~m~1~m~a~m~2~m~b', ['a', 'b']],
    ['~m~99999999999999999999999~m~a', ['a']],
    ['~m~31~m~~j~{"name":"Société Générale"}', ['~j~{"name":"Société Générale"}']],
    ['~m~9~m~kůň~m~2~m~hi', ['kůň~m~2~m']],
    ['~h~1', []],
    ['\ufeff~m~1~m~a', []],
  ];
  for (const [payload, texts] of cases) {
    it(`returns ${JSON.stringify(texts)} for ${JSON.stringify(payload)}`, () => {
      expect(decode(payload)).to.deep.equal(texts);
    });
  }

  it('stops at the limit', () => {
    const payload = encode(['a', 'b', 'c']);
    expect(decode(payload, 0)).to.deep.equal([]);
    expect(decode(payload, 2)).to.deep.equal(['a', 'b']);
    expect(decode(payload, 4)).to.deep.equal(['a', 'b', 'c']);
  });

  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('~', 'm', 'h', 'j', '0', '1', '😀', '\ud800') }),
  );

  it('returns the texts that encode was given', () => {
    fc.assert(
      fc.property(fc.array(anyText), (texts) => {
        const payload = encode(texts);
        const got = decode(payload);
        expect(got).to.deep.equal(parsePayload(payload));
        expect(got.map(readMessage)).to.deep.equal(texts);
      }),
    );
  });

  it('returns every JSON object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const [text = ''] = decode(encode(value));
        expect(readMessage(text)).to.deep.equal(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('accepts arbitrary text, and never returns more than it contains', () => {
    const piece = fc.oneof(
      anyText,
      fc.constantFrom('~m~', '~m~0~m~', '~m~1~m~', '~m~3~m~~m~', '~m~1000000~m~', '~j~{', '~h~'),
      fc.integer().map((length) => `~m~${length}~m~`),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const payload = pieces.join('');
        const texts = decode(payload);
        expect(texts.join('').length).to.be.at.most(payload.length);
        for (const text of texts) readMessage(text);
      }),
    );
  });

  it('decodes the worst payloads of ten million code units in linear time', () => {
    const size = 10_000_000;
    const worst = [
      '~m~' + '1'.repeat(size),
      '~m~' + '0'.repeat(size),
      '~m~0'.repeat(size / 4),
      '~m~1~m~~'.repeat(size / 8) + 'x',
      `~m~${size * 2}~m~` + '~m~1~m~a'.repeat(size / 8),
    ];
    // linear takes some 200 ms of CPU, quadratic takes days
    for (const payload of worst) expect(leastCpuMs(() => decode(payload), 1)).to.be.below(4000);
  });
});

describe('asJson', () => {
  it('encodes the texts that match as JSON, and leaves the others alone', () => {
    expect(asJson('~m~1~m~a~m~2~m~b\r~m~1~m~c', /\r/)).to.equal('~m~1~m~a~m~8~m~~j~"b\\r"~m~1~m~c');
  });
});
