import { expect } from 'chai';
import { HeldBytes, type ByteHolder } from '../../lib/session/held-bytes.js';

const holder = (onSessionEnd = (): void => undefined): ByteHolder => ({ onSessionEnd });

describe('HeldBytes', () => {
  it('adds up the bytes of its holders until they are deleted', () => {
    const held = new HeldBytes();
    const [one, two] = [holder(), holder()];
    held.add(one, 10);
    held.add(two, 5);
    held.add(one, 1);
    expect(held.size).to.equal(16);
    held.delete(one);
    held.delete(one);
    expect(held.size).to.equal(5);
    held.delete(two);
    expect(held.size).to.equal(0);
  });

  it('notifies each holder of the end of the session once, after it is removed', () => {
    const held = new HeldBytes();
    const sizes: number[] = [];
    const one = holder(() => {
      sizes.push(held.size);
      held.delete(one);
    });
    held.add(one, 10);
    held.onSessionEnd();
    held.onSessionEnd();
    expect(sizes).to.deep.equal([0]);
    expect(held.size).to.equal(0);
  });
});
