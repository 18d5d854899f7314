import { Module } from 'node:module';

/**
 * The clients of the tests are closed after a test of mocha. Outside of mocha they are not,
 * and a list of what is to be closed would only grow. To be imported before them.
 *
 * @module
 */
const path: string = require.resolve('../support/cleanup.js');

if (!('afterEach' in globalThis)) {
  const stand = new Module(path);
  require.cache[path] = Object.assign(stand, {
    loaded: true,
    exports: { afterThisTest: () => undefined },
  });
}
