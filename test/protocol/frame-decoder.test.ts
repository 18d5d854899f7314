import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  decode,
  encode,
  encodeHeartbeat,
  FrameDecoder,
  FrameError,
} from '../../lib/protocol/index.js';

/** Cuts `text` after each of `cuts`, taken modulo what is left. */
function cut(text: string, cuts: readonly number[]): string[] {
  const pieces: string[] = [];
  let rest = text;
  for (const at of cuts) {
    const size = at % (rest.length + 1);
    pieces.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  return [...pieces, rest];
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof FrameError) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

describe('FrameDecoder', () => {
  it('returns all messages, wherever the stream is cut', () => {
    const unit = fc.constantFrom('~', 'm', 'h', '1', 'a', 'é', '\n', '😀', '\ud800');
    const texts = fc.array(fc.string({ unit, maxLength: 12 }), { maxLength: 8 });
    fc.assert(
      fc.property(texts, fc.array(fc.nat(), { maxLength: 30 }), (sent, cuts) => {
        const decoder = new FrameDecoder();
        const stream = sent.map((text) => `~m~${text.length}~m~${text}`).join('');
        const got = cut(stream, cuts).flatMap((piece) => decoder.push(piece));
        decoder.end();
        expect(got).to.deep.equal(sent);
      }),
    );
  });

  it('agrees with decode on every stream, and throws only FrameError', () => {
    const parts = fc.constantFrom('~', 'm', '~m~', '1', '12', '03', '~h~', 'x', '\ud800', '');
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 40 }), (pieces) => {
        const decoder = new FrameDecoder({ maxLength: 0, allowShort: true });
        const got: string[] = [];
        let isInvalid = false;
        try {
          for (const piece of pieces) got.push(...decoder.push(piece));
          got.push(...decoder.end());
        } catch (error) {
          expect(error).to.be.instanceOf(FrameError);
          isInvalid = true;
        }
        const expected = decode(pieces.join(''));
        expect(got).to.deep.equal(isInvalid ? expected.slice(0, got.length) : expected);
      }),
    );
  });

  it('decodes what encode and encodeHeartbeat return', () => {
    const decoder = new FrameDecoder();
    expect(decoder.push(encode(['hi', { n: 1 }, null]) + encodeHeartbeat(7))).to.deep.equal([
      'hi',
      '~j~{"n":1}',
      '',
      '~h~7',
    ]);
    expect(() => decoder.end()).to.not.throw();
  });

  it('returns the messages before an error, then always throws', () => {
    const decoder = new FrameDecoder();
    expect(decoder.push('~m~2~m~hi~m~x')).to.deep.equal(['hi']);
    expect(codeOf(() => decoder.push('~m~2~m~hi'))).to.equal('ERR_SIO_BAD_FRAME');
    expect(codeOf(() => decoder.push(''))).to.equal('ERR_SIO_BAD_FRAME');
    expect(codeOf(() => decoder.end())).to.equal('ERR_SIO_BAD_FRAME');
  });

  for (const stream of [
    'x',
    '~x',
    '~m~~m~',
    '~m~-1~m~',
    '~m~1e1~m~',
    '~m~1~h~',
    '~m~1234567890123456',
  ]) {
    it(`rejects ${stream} as bad framing`, () => {
      expect(codeOf(() => new FrameDecoder().push(stream))).to.equal('ERR_SIO_BAD_FRAME');
      const slow = new FrameDecoder();
      expect(codeOf(() => Array.from(stream).flatMap((unit) => slow.push(unit)))).to.equal(
        'ERR_SIO_BAD_FRAME',
      );
    });
  }

  it('rejects a message longer than maxLength by its header', () => {
    const decoder = new FrameDecoder({ maxLength: 3 });
    expect(decoder.push('~m~3~m~abc')).to.deep.equal(['abc']);
    expect(codeOf(() => decoder.push('~m~4~m~'))).to.equal('ERR_SIO_TOO_LARGE');
  });

  it('does not limit messages with maxLength 0, and limits them to 10 MiB by default', () => {
    expect(new FrameDecoder({ maxLength: 0 }).push('~m~99999999999~m~')).to.deep.equal([]);
    expect(new FrameDecoder().push('~m~10485760~m~')).to.deep.equal([]);
    expect(codeOf(() => new FrameDecoder().push('~m~10485761~m~'))).to.equal('ERR_SIO_TOO_LARGE');
  });

  it('rejects a stream that ends within a message', () => {
    const decoder = new FrameDecoder();
    decoder.push('~m~5~m~hell');
    expect(codeOf(() => decoder.end())).to.equal('ERR_SIO_BAD_FRAME');
  });

  it('returns the rest of a stream that ends within a message from end() with allowShort', () => {
    const decoder = new FrameDecoder({ allowShort: true });
    expect(decoder.push('~m~2~m~hi~m~5~m~he')).to.deep.equal(['hi']);
    expect(decoder.push('ll')).to.deep.equal([]);
    expect(decoder.end()).to.deep.equal(['hell']);
    expect(decoder.end()).to.deep.equal([]);
    decoder.push('~m~5');
    expect(codeOf(() => decoder.end())).to.equal('ERR_SIO_BAD_FRAME');
  });

  it('reads lengths in bytes with lengthUnit utf8, wherever the stream is cut', () => {
    const unit = fc.constantFrom('~', 'm', '1', 'a', 'é', '日', '\n', '😀');
    const texts = fc.array(fc.string({ unit, maxLength: 12 }), { maxLength: 8 });
    fc.assert(
      fc.property(texts, fc.array(fc.nat(), { maxLength: 30 }), (sent, cuts) => {
        const decoder = new FrameDecoder({ lengthUnit: 'utf8' });
        const stream = sent.map((text) => `~m~${Buffer.byteLength(text)}~m~${text}`).join('');
        const got = cut(stream, cuts).flatMap((piece) => decoder.push(piece));
        expect(decoder.end()).to.deep.equal([]);
        expect(got).to.deep.equal(sent);
      }),
    );
  });

  it('limits the bytes of a message with lengthUnit utf8', () => {
    const decoder = new FrameDecoder({ lengthUnit: 'utf8', maxLength: 4 });
    expect(decoder.push('~m~4~m~éé')).to.deep.equal(['éé']);
    expect(codeOf(() => decoder.push('~m~5~m~'))).to.equal('ERR_SIO_TOO_LARGE');
  });

  it('validates its options', () => {
    expect(() => new FrameDecoder({ lengthUnit: 'bytes' as 'utf8' })).to.throw(
      TypeError,
      "Expected `lengthUnit` to be 'utf16' or 'utf8', got bytes",
    );
    expect(() => new FrameDecoder({ allowShort: 1 as unknown as boolean })).to.throw(
      TypeError,
      'Expected `allowShort` to be a boolean, got number',
    );
    expect(() => new FrameDecoder({ maxLength: '9' as unknown as number })).to.throw(
      TypeError,
      'Expected `maxLength` to be a number, got string',
    );
    expect(() => new FrameDecoder({ maxLength: -1 })).to.throw(RangeError);
  });
});

describe('socket.io-node/frames', () => {
  it('runs without Node', () => {
    const folder = join(__dirname, '..', '..', 'lib', 'protocol');
    const context = { result: '' };
    const modules = ['frames', 'frame-decoder', 'index'].map((name) => {
      const code = readFileSync(join(folder, `${name}.js`), 'utf8');
      return `'./${name}.js': (exports, require) => {${code}\n}`;
    });
    const script = `
      const modules = {${modules.join(',')}};
      const loaded = {};
      function require(name) {
        if (!loaded[name]) modules[name]((loaded[name] = {}), require);
        return loaded[name];
      }
      const { decode, encode, FrameDecoder } = require('./index.js');
      result = JSON.stringify([decode(encode(['a', 1])), new FrameDecoder().push(encode({ b: 2 }))]);
    `;
    runInNewContext(script, context);
    expect(context.result).to.equal('[["a","1"],["~j~{\\"b\\":2}"]]');
  });
});
