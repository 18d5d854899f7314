import { expect } from 'chai';
import { readUtf8 } from '../../lib/websocket/utf8.js';

const SHORT = 3;
/** Long enough for every way there is. */
const LONG = 5000;

describe('UTF-8', () => {
  for (const times of [SHORT, LONG]) {
    describe(`of ${times} repetitions`, () => {
      for (const [name, part] of [
        ['ASCII', 'price 42\n\0'],
        ['Latin letters', 'déjà vu '],
        ['Japanese', '価格は'],
        ['emoji, two code units each', '😀 ok'],
        ['a byte order mark, which is a character here', '\ufeffé'],
      ] as const) {
        it(`reads ${name}`, () => {
          const text = part.repeat(times);
          expect(readUtf8(Buffer.from(text))).to.equal(text);
        });
      }

      for (const [name, bytes] of [
        ['a lone surrogate', [0xed, 0xa0, 0x80]],
        ['a character cut short', [0xc3]],
        ['more bytes than the character needs', [0xc0, 0x80]],
        ['a byte that never occurs', [0xff]],
      ] as const) {
        it(`rejects ${name}`, () => {
          const text = Buffer.from('é'.repeat(times));
          expect(readUtf8(Buffer.concat([text, Buffer.from(bytes)]))).to.equal(null);
        });
      }
    });
  }

  it('reads a part of a larger buffer', () => {
    const text = 'ø'.repeat(LONG);
    const part = Buffer.from(`<${text}>`).subarray(1, -1);
    expect(readUtf8(part)).to.equal(text);
  });
});
