import { expect } from 'chai';
import { Broadcast } from '../../lib/session/shared-payload.js';

function latin1(payload: string): Buffer {
  return Buffer.from(payload, 'latin1');
}

describe('Broadcast', () => {
  it('makes the bytes of each form once', () => {
    let made = 0;
    const upper = (payload: string): Buffer => {
      made++;
      return Buffer.from(payload.toUpperCase());
    };
    const broadcast = new Broadcast('payload');
    const bytes = broadcast.as(upper);
    expect(bytes.toString()).to.equal('PAYLOAD');
    expect(broadcast.as(latin1).toString()).to.equal('payload');
    expect(broadcast.as(upper)).to.equal(bytes);
    expect(made).to.equal(1);
    expect(broadcast.payload).to.equal('payload');
  });
});
