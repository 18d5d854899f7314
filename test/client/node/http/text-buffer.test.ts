import { expect } from 'chai';
import { TextBuffer } from '../../../../client/node/http/text-buffer.js';

describe('TextBuffer', () => {
  it('returns the text of all pieces and starts again', () => {
    const buffer = new TextBuffer();
    const pieces = Array.from({ length: 3000 }, (_, n) => `é${n}`);
    for (const piece of pieces) buffer.append(piece);
    buffer.append('');
    const text = pieces.join('');
    expect(buffer.byteLength).to.equal(Buffer.byteLength(text));
    expect(buffer.take() === text).to.equal(true);
    expect([buffer.byteLength, buffer.take()]).to.deep.equal([0, '']);
  });

  it('joins each piece once, not the text before it', () => {
    const { join } = Array.prototype;
    let joined = 0;
    const buffer = new TextBuffer();
    const prototype = Array.prototype as unknown as Record<string, unknown>;
    prototype['join'] = function (this: string[], separator: string): string {
      const text = join.call(this, separator);
      joined += text.length;
      return text;
    };
    try {
      for (let n = 0; n < 100_000; n++) buffer.append('x');
      buffer.take();
    } finally {
      prototype['join'] = join;
    }
    expect(joined).to.be.at.most(100_000);
  });
});
