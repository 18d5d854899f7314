import { expect } from 'chai';
import debug from 'debug';
import { EventEmitter } from 'node:events';
import { format } from 'node:util';
import { afterThisTest } from '../support/cleanup.js';
import { ignoreError } from '../../lib/util/ignore-error.js';

describe('ignoreError', () => {
  it('keeps an error event from being thrown', () => {
    const emitter = new EventEmitter().on('error', ignoreError);
    expect(emitter.emit('error', new Error('reset'))).to.equal(true);
    expect(emitter.emit('error', undefined)).to.equal(true);
  });

  it('logs the message with DEBUG=socket.io:socket', () => {
    const lines: string[] = [];
    const { log } = debug;
    debug.log = (...args: unknown[]) => void lines.push(format(...args));
    debug.enable('socket.io:socket');
    afterThisTest(() => {
      debug.disable();
      debug.log = log;
    });
    ignoreError(new Error('read ECONNRESET'));
    expect(lines[0]).to.include('ignored read ECONNRESET');
  });
});
