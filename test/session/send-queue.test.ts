import { expect } from 'chai';
import { SendQueue } from '../../lib/session/send-queue.js';

describe('SendQueue', () => {
  it('joins payloads in the order they were sent, small and large ones', () => {
    for (const length of [1, 2000]) {
      const queue = new SendQueue();
      const payloads = Array.from({ length: 200 }, (_, i) => `${i},`.padEnd(length));
      for (const payload of payloads) queue.push(payload);
      expect(queue.join()).to.equal(payloads.join(''));
      expect(queue.length).to.equal(200);
    }
  });

  it('puts payloads that were sent earlier first', () => {
    const queue = new SendQueue();
    queue.push('c');
    queue.unshift(['a', 'b']);
    queue.push('d');
    expect(queue.join()).to.equal('abcd');
    expect(queue.length).to.equal(4);
  });

  it('counts bytes of UTF-8', () => {
    const queue = new SendQueue();
    queue.push('aé');
    queue.unshift(['😀']);
    expect(queue.bytes).to.equal(7);
  });

  it('exceeds a limit in bytes, not in code units, before and after it has counted them', () => {
    const queue = new SendQueue();
    queue.push('éé');
    expect(queue.exceeds(4)).to.equal(false);
    queue.push('é');
    expect(queue.exceeds(5)).to.equal(true);
    expect(queue.exceeds(6)).to.equal(false);
    queue.unshift(['€']);
    expect(queue.exceeds(8)).to.equal(true);
    expect(queue.exceeds(9)).to.equal(false);
    expect(queue.bytes).to.equal(9);
  });
});
