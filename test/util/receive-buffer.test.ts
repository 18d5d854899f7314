import { expect } from 'chai';
import * as fc from 'fast-check';
import { ReceiveBuffer } from '../../lib/util/receive-buffer.js';

/** Bytes that `Buffer.prototype.copy` copies while `work` runs. */
function bytesCopied(work: () => void): number {
  const { copy } = Buffer.prototype;
  let count = 0;
  Buffer.prototype.copy = function (this: Buffer, ...args: Parameters<Buffer['copy']>) {
    const copied = copy.apply(this, args);
    count += copied;
    return copied;
  } as Buffer['copy'];
  try {
    work();
  } finally {
    Buffer.prototype.copy = copy;
  }
  return count;
}

describe('ReceiveBuffer', () => {
  it('is empty at first', () => {
    const buffer = new ReceiveBuffer();
    expect(buffer.size).to.equal(0);
    expect(buffer.take()).to.deep.equal(Buffer.alloc(0));
  });

  it('returns the bytes of all pieces in order, whatever their sizes', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ minLength: 1000, maxLength: 1100 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const buffer = new ReceiveBuffer();
        for (const bytes of pieces) buffer.add(Buffer.from(bytes));
        const whole = Buffer.concat(pieces);
        expect(buffer.size).to.equal(whole.length);
        expect(buffer.take().equals(whole)).to.equal(true);
        expect(buffer.size).to.equal(0);
      }),
    );
  });

  it('copies small pieces, so that the caller may reuse their memory', () => {
    const buffer = new ReceiveBuffer();
    const piece = Buffer.from('abc');
    buffer.add(piece);
    piece.fill('x');
    expect(buffer.take().toString()).to.equal('abc');
  });

  it('returns a large piece itself when it is the only one', () => {
    const buffer = new ReceiveBuffer();
    const piece = Buffer.alloc(1024);
    buffer.add(piece);
    expect(buffer.take()).to.equal(piece);
  });

  it('forgets its bytes on clear()', () => {
    const buffer = new ReceiveBuffer();
    buffer.add(Buffer.from('abc'));
    buffer.add(Buffer.alloc(2000));
    buffer.clear();
    expect(buffer.size).to.equal(0);
    buffer.add(Buffer.from('d'));
    expect(buffer.take().toString()).to.equal('d');
  });

  it('copies each byte a few times at most, however small the pieces', () => {
    const size = 100_000;
    const copied = bytesCopied(() => {
      const buffer = new ReceiveBuffer();
      const piece = Buffer.alloc(1);
      for (let i = 0; i < size; i++) buffer.add(piece);
    });
    // quadratic: five thousand million
    expect(copied).to.be.within(size, 3 * size);
  });
});
