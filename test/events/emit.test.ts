import { expect } from 'chai';
import { EventEmitter } from 'node:events';
import { emitWithReason, rethrowAsync } from '../../lib/events/emit.js';
import { uncaught } from '../support/wait.js';

type Handler = (...args: unknown[]) => void;

function call(args: readonly unknown[], ...handlers: Handler[]): void {
  const emitter = new EventEmitter();
  for (const handler of handlers) emitter.on('event', handler);
  emitWithReason(emitter, 'event', args, 'the reason');
}

describe('emitWithReason', () => {
  it('passes the reason to handlers with one more parameter of any kind', () => {
    const calls: unknown[][] = [];
    call(
      ['a'],
      function (...args: unknown[]) {
        calls.push(['variadic', ...args]);
      },
      function (a: unknown) {
        // oxlint-disable-next-line eslint/prefer-rest-params -- rest parameters would get the reason
        calls.push(['one', a, arguments.length]);
      },
      (a: unknown, reason: unknown = 'by default') => calls.push(['default', a, reason]),
      function (this: unknown, ...args: unknown[]) {
        calls.push(['bound', this, ...args]);
      }.bind('self'),
      (a: unknown, reason: unknown) => calls.push(['two', a, reason]),
      (a: unknown, reason: unknown, third: unknown) => calls.push(['three', a, reason, third]),
    );
    expect(calls).to.deep.equal([
      ['variadic', 'a', 'the reason'],
      ['one', 'a', 1],
      ['default', 'a', 'the reason'],
      ['bound', 'self', 'a', 'the reason'],
      ['two', 'a', 'the reason'],
      ['three', 'a', 'the reason', undefined],
    ]);
  });

  it('calls a once handler once, with or without the reason', () => {
    const emitter = new EventEmitter();
    const calls: unknown[] = [];
    emitter.once('event', () => calls.push('plain'));
    emitter.once('event', (reason: string) => calls.push(reason));
    emitWithReason(emitter, 'event', [], 'why');
    emitWithReason(emitter, 'event', [], 'why');
    expect(calls).to.deep.equal(['plain', 'why']);
  });

  it('emits without the reason if no handler has a parameter for it, with `this` the emitter', () => {
    const emitter = new EventEmitter();
    const calls: unknown[] = [];
    emitter.on('event', function (this: unknown) {
      calls.push(this === emitter);
    });
    const emit = emitter.emit.bind(emitter);
    emitter.emit = (...args) => {
      calls.push(args);
      return emit(...args);
    };
    emitWithReason(emitter, 'event', [], 'why');
    expect(calls).to.deep.equal([['event'], true]);
  });

  it('does nothing without handlers', () => {
    emitWithReason(new EventEmitter(), 'event', [1], 'why');
  });
});

describe('rethrowAsync', () => {
  it('throws in a later turn', async () => {
    const surfaced = uncaught();
    const error = new Error('of the app');
    rethrowAsync(error);
    expect(await surfaced).to.equal(error);
  });
});
