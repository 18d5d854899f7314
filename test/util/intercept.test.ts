import { expect } from 'chai';
import { EventEmitter } from 'node:events';
import { emitPast, intercept } from '../../lib/util/intercept.js';

interface Fixture {
  readonly emitter: EventEmitter;
  /** What the listener of `request` was called with. */
  readonly received: unknown[][];
}

function setUp(): Fixture {
  const emitter = new EventEmitter();
  const received: unknown[][] = [];
  emitter.on('request', (...args: unknown[]) => received.push(args));
  return { emitter, received };
}

describe('intercept', () => {
  it('passes the arguments of the event to the function', () => {
    const { emitter } = setUp();
    const calls: unknown[] = [];
    intercept(emitter, 'request', (args) => calls.push(args) > 0);
    emitter.emit('request', 1, 'two');
    expect(calls).to.deep.equal([[1, 'two']]);
  });

  it('hides an event from listeners when the function returns true', () => {
    const { emitter, received } = setUp();
    intercept(emitter, 'request', () => true);
    expect(emitter.emit('request', 1)).to.equal(true);
    expect(received).to.deep.equal([]);
  });

  it('hides an event from listeners that are added later', () => {
    const { emitter } = setUp();
    intercept(emitter, 'request', () => true);
    emitter.on('request', () => expect.fail('called'));
    emitter.prependListener('request', () => expect.fail('called'));
    expect(emitter.emit('request')).to.equal(true);
  });

  it('passes an event on when the function returns false', () => {
    const { emitter, received } = setUp();
    intercept(emitter, 'request', () => false);
    expect(emitter.emit('request', 1, 2)).to.equal(true);
    expect(received).to.deep.equal([[1, 2]]);
  });

  it('leaves other events and other emitters alone', () => {
    const { emitter, received } = setUp();
    const other = setUp();
    intercept(emitter, 'request', () => true);
    expect(emitter.emit('close')).to.equal(false);
    expect(other.emitter.emit('request')).to.equal(true);
    expect(other.received).to.have.length(1);
    expect(received).to.have.length(0);
  });

  it('intercepts several events of one emitter', () => {
    const { emitter, received } = setUp();
    intercept(emitter, 'request', () => true);
    intercept(emitter, 'upgrade', () => true);
    expect(emitter.emit('upgrade')).to.equal(true);
    expect(emitter.emit('request')).to.equal(true);
    expect(received).to.deep.equal([]);
  });

  it('returns a function that undoes it, once', () => {
    const { emitter, received } = setUp();
    const undo = intercept(emitter, 'request', () => true);
    undo();
    undo();
    emitter.emit('request', 1);
    expect(received).to.deep.equal([[1]]);
  });

  it('keeps a newer interception when an older one is undone', () => {
    const { emitter, received } = setUp();
    const undo = intercept(emitter, 'request', () => false);
    intercept(emitter, 'request', () => true);
    undo();
    emitter.emit('request', 1);
    expect(received).to.deep.equal([]);
  });

  it('keeps an emit that was replaced before it', () => {
    const { emitter, received } = setUp();
    const seen: unknown[] = [];
    const emit = emitter.emit.bind(emitter);
    emitter.emit = (event: string | symbol, ...args: unknown[]) => {
      seen.push(event);
      return emit(event, ...args);
    };
    intercept(emitter, 'request', () => false);
    emitter.emit('request', 1);
    expect(seen).to.deep.equal(['request']);
    expect(received).to.deep.equal([[1]]);
  });
});

describe('emitPast', () => {
  it('emits to the listeners without the interception', () => {
    const { emitter, received } = setUp();
    intercept(emitter, 'request', () => true);
    expect(emitPast(emitter, 'request', 1, 2)).to.equal(true);
    expect(received).to.deep.equal([[1, 2]]);
  });

  it('emits on an emitter that is not intercepted', () => {
    const { emitter, received } = setUp();
    expect(emitPast(emitter, 'request', 1)).to.equal(true);
    expect(emitPast(emitter, 'close')).to.equal(false);
    expect(received).to.deep.equal([[1]]);
  });
});
