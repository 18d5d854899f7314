import { expect } from 'chai';
import { controlText, encodeControl, readControl } from '../../../lib/protocol/delivery/control.js';
import { encode } from '../../../lib/protocol/frames.js';
import { wholeMessages } from '../../../lib/protocol/delivery/whole-messages.js';

describe('readControl', () => {
  it('reads what controlText writes', () => {
    expect(readControl(controlText('a', 12, 7))).to.deep.equal({ kind: 'a', n: 12, m: 7 });
    expect(readControl(controlText('a', 0))).to.deep.equal({ kind: 'a', n: 0, m: NaN });
    expect(readControl(controlText('x'))).to.deep.equal({ kind: 'x', n: NaN, m: NaN });
  });

  it('reads unknown letters, which the caller ignores', () => {
    expect(readControl('~h~z')?.kind).to.equal('z');
  });

  for (const text of [
    '',
    '~h~',
    '~h~1',
    '~h~A1',
    '~h~ab',
    '~h~a1:',
    '~h~a-1',
    '~h~a1 ',
    'x~h~a1',
  ]) {
    it(`returns null for ${JSON.stringify(text)}`, () => {
      expect(readControl(text)).to.equal(null);
    });
  }

  it('returns null for every text that an application can send', () => {
    for (const text of ['~h~a1', '~h~x', '~j~', '~h~']) {
      expect(readControl(encode(text).replace(/^~m~\d+~m~/, ''))).to.equal(null);
    }
  });
});

describe('encodeControl', () => {
  it('frames the text', () => {
    expect(encodeControl('d', 123, 120_000)).to.equal('~m~14~m~~h~d123:120000');
  });
});

describe('wholeMessages', () => {
  const payload = '~m~2~m~hi~m~5~m~there';

  it('returns all messages of a whole payload', () => {
    expect(wholeMessages(payload, ['hi', 'there'])).to.deep.equal(['hi', 'there']);
    expect(wholeMessages('', [])).to.deep.equal([]);
    expect(wholeMessages('~m~0~m~', [''])).to.deep.equal(['']);
  });

  it('omits a last message that is cut off', () => {
    expect(wholeMessages(payload.slice(0, -1), ['hi', 'ther'])).to.deep.equal(['hi']);
    expect(wholeMessages('~m~5~m~', [''])).to.deep.equal([]);
    // As many digits as the length that is announced.
    expect(wholeMessages('~m~9~m~~m~0~m~', ['~m~0~m~'])).to.deep.equal([]);
  });

  it('keeps what precedes bytes that are not a message', () => {
    expect(wholeMessages('~m~2~m~hi~m~1', ['hi'])).to.deep.equal(['hi']);
    expect(wholeMessages('~m~2~m~hi\n', ['hi'])).to.deep.equal(['hi']);
  });
});
