import { expect } from 'chai';
import { decodePayload, encodePayload } from '../../../lib/protocol/v1/index.js';
import { PacketQueue } from '../../../lib/session/v1/packet-queue.js';

describe('PacketQueue', () => {
  it('does not frame a single packet of a queue', () => {
    const queue = new PacketQueue();
    queue.push('3:::grüße');
    expect(queue.join()).to.equal('3:::grüße');
    expect(queue.packets()).to.deep.equal(['3:::grüße']);
  });

  it('joins several as one payload, with those first that were put back', () => {
    const queue = new PacketQueue();
    queue.push('3:::two');
    queue.push('3::');
    queue.unshift(['3:::one', '2::']);
    const packets = ['3:::one', '2::', '3:::two', '3::'];
    expect(queue.join()).to.equal(encodePayload(packets));
    expect(queue.packets()).to.deep.equal(packets);
    expect(queue.length).to.equal(4);
  });

  it('keeps the boundaries of many packets, whatever is in them', () => {
    const queue = new PacketQueue();
    const packets = Array.from(
      { length: 1000 },
      (_, i) => `3:::\ufffd${i}\ufffd${'x'.repeat(i % 50)}`,
    );
    for (const packet of packets) queue.push(packet);
    expect(queue.packets()).to.deep.equal(packets);
    expect(decodePayload(queue.join())).to.deep.equal(packets);
  });
});
