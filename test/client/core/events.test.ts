import { expect } from 'chai';
import { Emitter } from '../../../client/core/events.js';

describe('client Emitter', () => {
  it('has all method names of 0.6', () => {
    const emitter = new Emitter() as unknown as Record<string, unknown>;
    for (const name of ['addListener', 'addEvent', 'addEventListener']) {
      expect(emitter[name]).to.equal(emitter['on']);
    }
    for (const name of ['removeListener', 'removeEventListener']) {
      expect(emitter[name]).to.equal(emitter['removeEvent']);
    }
    expect(emitter['fire']).to.equal(emitter['emit']);
  });

  it('calls listeners in order, with the arguments of an array and the emitter as this', () => {
    const emitter = new Emitter();
    const seen: unknown[] = [];
    emitter.on('x', function (this: unknown, a: number, b: number) {
      seen.push(this, a, b);
    });
    emitter.on('x', () => seen.push('second'));
    expect(emitter.emit('x', [1, 2])).to.equal(emitter);
    expect(seen).to.deep.equal([emitter, 1, 2, 'second']);
  });

  it('calls a listener of once() once, and removes it by the original function', () => {
    const emitter = new Emitter();
    let calls = 0;
    const listener = (): unknown => calls++;
    emitter.once('x', listener).emit('x').emit('x');
    emitter.once('y', listener).removeEvent('y', listener).emit('y');
    expect(calls).to.equal(1);
  });

  it('calls all current listeners even if they add and remove listeners', () => {
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

  it('ignores an event without listeners', () => {
    expect(() => new Emitter().emit('error', [1]).removeEvent('x', () => 1)).to.not.throw();
  });
});
