import { expect } from 'chai';
import { clusterBus } from '../../lib/bus/index.js';

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
