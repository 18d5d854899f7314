import { expect } from 'chai';
import { MessageQueue } from '../../../client/node/message-queue.js';

function queueOf(count: number): MessageQueue {
  const queue = new MessageQueue();
  for (let n = 0; n < count; n++) queue.push(n);
  return queue;
}

describe('MessageQueue', () => {
  it('returns items in the order in which they were added', () => {
    const queue = queueOf(5000);
    expect([queue.length, queue.at(0), queue.at(4999)]).to.deep.equal([5000, 0, 4999]);
    for (let n = 0; n < 3000; n++) expect(queue.shift()).to.equal(n);
    queue.push('last');
    expect(queue.take(2)).to.deep.equal([3000, 3001]);
    queue.prepend(['first', 'second']);
    expect([queue.at(0), queue.at(1), queue.at(2)]).to.deep.equal(['first', 'second', 3002]);
    expect(queue.length).to.equal(2001);
    expect(queue.take().at(-1)).to.equal('last');
    expect(queue.length).to.equal(0);
  });

  it('occupies a fixed number of slots while it is never empty', () => {
    const queue = queueOf(1);
    for (let n = 0; n < 100_000; n++) {
      queue.push(n);
      queue.shift();
    }
    expect(queue.length).to.equal(1);
    expect(queue.capacity).to.be.below(4096);
  });
});
