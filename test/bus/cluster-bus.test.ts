import { expect } from 'chai';
import { EventEmitter } from 'node:events';
import { clusterBus, relay } from '../../lib/bus/index.js';

// That it carries messages is in engines.test.ts.
describe('clusterBus', () => {
  it('throws in a process that has no primary', () => {
    const descriptor = Object.getOwnPropertyDescriptor(process, 'send');
    delete process.send;
    try {
      expect(() => clusterBus()).to.throw('Expected `clusterBus` to be called in a worker');
    } finally {
      if (descriptor) Object.defineProperty(process, 'send', descriptor);
    }
  });
});

/** A worker whose channel breaks, as Node reports it: to the callback, otherwise by the event `error`. */
class EndedWorker extends EventEmitter {
  sent = 0;

  isConnected(): boolean {
    return true;
  }

  send(_message: object, callback?: (error: Error) => void): boolean {
    this.sent++;
    const error = new Error('write EPIPE');
    if (callback) callback(error);
    else this.emit('error', error);
    return false;
  }
}

describe('relay', () => {
  it('ignores a worker that ends while it is sent to', () => {
    const worker = new EndedWorker();
    const primary = Object.assign(new EventEmitter(), {
      workers: { 1: new EndedWorker(), 2: worker },
    });
    const end = relay(primary);
    const message = { type: 'socket.io-node', channel: 'socket.io-node', bytes: '' };
    primary.emit('message', { id: 1 }, message);
    end();
    primary.emit('message', { id: 1 }, message);
    expect(worker.sent).to.equal(1);
  });
});
