import { expect } from 'chai';
import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import { captureContext } from '../../lib/util/async-context.js';

describe('captureContext', () => {
  it('is null without a store, also after a storage was used', () => {
    expect(captureContext()).to.equal(null);
    const storage = new AsyncLocalStorage<string>();
    storage.run('store', () => undefined);
    expect(captureContext()).to.equal(null);
  });

  for (const store of ['text', 42, false, null, { a: 1 }, new Map()]) {
    it(`runs functions with the store ${inspect(store)}`, () => {
      const storage = new AsyncLocalStorage<unknown>();
      const context = storage.run(store, captureContext);
      expect(storage.getStore()).to.equal(undefined);
      expect(context?.runInAsyncScope(() => storage.getStore())).to.equal(store);
    });
  }
});
