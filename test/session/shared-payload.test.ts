import { expect } from 'chai';
import { SharedPayload } from '../../lib/session/shared-payload.js';

function latin1(payload: string): Buffer {
  return Buffer.from(payload, 'latin1');
}

describe('SharedPayload', () => {
  it('makes the bytes of each form once', () => {
    let made = 0;
    const upper = (payload: string): Buffer => {
      made++;
      return Buffer.from(payload.toUpperCase());
    };
    const broadcast = new SharedPayload('payload');
    const bytes = broadcast.encodedBy(upper);
    expect(bytes.toString()).to.equal('PAYLOAD');
    expect(broadcast.encodedBy(latin1).toString()).to.equal('payload');
    expect(broadcast.encodedBy(upper)).to.equal(bytes);
    expect(made).to.equal(1);
    expect(broadcast.payload).to.equal('payload');
  });
});
