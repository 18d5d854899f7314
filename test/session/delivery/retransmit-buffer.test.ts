import { expect } from 'chai';
import { RetransmitBuffer } from '../../../lib/session/delivery/retransmit-buffer.js';

function filled(count: number): RetransmitBuffer {
  const buffer = new RetransmitBuffer();
  for (let i = 1; i <= count; i++) buffer.push(`<${i}>`);
  return buffer;
}

describe('RetransmitBuffer', () => {
  it('keeps messages until they are freed', () => {
    const buffer = filled(5);
    buffer.free(2);
    expect(buffer.length).to.equal(3);
    expect(buffer.toArray()).to.deep.equal(['<3>', '<4>', '<5>']);
    buffer.push('<6>');
    buffer.free(4);
    expect(buffer.length).to.equal(0);
    expect(buffer.toArray()).to.deep.equal([]);
  });

  it('counts the bytes of a message, and 32 for each', () => {
    const buffer = filled(3);
    expect(buffer.size).to.equal(3 * (3 + 32));
    buffer.push('<é😀>');
    expect(buffer.size).to.equal(3 * (3 + 32) + 8 + 32);
    buffer.free(4);
    expect(buffer.size).to.equal(0);
  });

  it('compares its size with a limit', () => {
    const buffer = filled(2);
    expect([buffer.exceeds(69), buffer.exceeds(70)]).to.deep.equal([true, false]);
    buffer.push('<é😀>');
    expect([buffer.exceeds(109), buffer.exceeds(110)]).to.deep.equal([true, false]);
    buffer.free(2);
    expect([buffer.exceeds(39), buffer.exceeds(40)]).to.deep.equal([true, false]);
  });

  it('joins as many messages as the limit allows, at least one', () => {
    const buffer = filled(4);
    buffer.free(1);
    expect(buffer.join(0, 6)).to.deep.equal({ payload: '<2><3>', next: 2 });
    expect(buffer.join(2, 0)).to.deep.equal({ payload: '<4>', next: 3 });
    expect(buffer.join(3, 10)).to.deep.equal({ payload: '', next: 3 });
  });

  it('keeps the order when it is compacted', () => {
    const buffer = filled(5000);
    for (let freed = 0; freed < 4992; freed += 16) buffer.free(16);
    expect(buffer.toArray()).to.deep.equal(Array.from({ length: 8 }, (_, i) => `<${4993 + i}>`));
    expect(buffer.size).to.equal(8 * (6 + 32));
  });
});
