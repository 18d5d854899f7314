import { expect } from 'chai';
import { Emitter } from '../../../client/core/events.js';

describe('client Emitter', () => {
  it('has each method under all its names of 0.6', () => {
    const emitter = new Emitter() as unknown as Record<string, unknown>;
    for (const name of ['addListener', 'addEvent', 'addEventListener']) {
      expect(emitter[name]).to.equal(emitter['on']);
    }
    for (const name of ['removeListener', 'removeEventListener']) {
      expect(emitter[name]).to.equal(emitter['removeEvent']);
    }
    expect(emitter['fire']).to.equal(emitter['emit']);
  });

  it('calls listeners in order with the arguments of a list, the emitter as this', () => {
    const emitter = new Emitter();
    const seen: unknown[] = [];
    emitter.on('x', function (this: unknown, a: number, b: number) {
      seen.push(this, a, b);
    });
    emitter.on('x', () => seen.push('second'));
    expect(emitter.emit('x', [1, 2])).to.equal(emitter);
    expect(seen).to.deep.equal([emitter, 1, 2, 'second']);
  });

  it('calls a listener of once() one time, and removes it by its own name', () => {
    const emitter = new Emitter();
    let calls = 0;
    const listener = (): unknown => calls++;
    emitter.once('x', listener).emit('x').emit('x');
    emitter.once('y', listener).removeEvent('y', listener).emit('y');
    expect(calls).to.equal(1);
  });

  it('calls all listeners that were there, whatever they add and remove', () => {
    const emitter = new Emitter();
    const seen: string[] = [];
    const second = (): unknown => seen.push('second');
    emitter.on('x', () => {
      seen.push('first');
      emitter.removeEvent('x', second).on('x', () => seen.push('third'));
    });
    emitter.on('x', second).emit('x');
    expect(seen).to.deep.equal(['first', 'second']);
  });

  it('ignores an event that nobody listens to', () => {
    expect(() => new Emitter().emit('error', [1]).removeEvent('x', () => 1)).to.not.throw();
  });
});
