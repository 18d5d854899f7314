// Runs the test files inside the npm package of a client of 0.9, unmodified: node suite09.js PACKAGE PORT. The
// files expect the globals of their harness, which is not in the package: `should` of 2011 and `create`. Prints a line
// of JSON for each test: [file, name, null or the error]. The server knows a test by `test` in the query.
const fs = require('fs');
const path = require('path');
const assert = require('assert');

const [, , name, port] = process.argv;
const folder = path.dirname(require.resolve(`${name}/package.json`));
const io = require(name);
const FILES = ['events', 'io', 'parser', 'util', 'socket'];
const TIMEOUT_MS = 5000;

function expectation(value) {
  return {
    eql: (other) => assert.deepEqual(value, other),
    equal: (other) => assert.equal(value, other),
    match: (pattern) => assert.ok(pattern.test(value)),
    fail: () => assert.fail('should not be reached'),
    be: { a: (type) => assert.equal(typeof value, type) },
    // Read as properties, and once called.
    get be_true() {
      assert.equal(value, true);
      return () => {};
    },
    get be_false() {
      assert.equal(value, false);
      return () => {};
    }
  };
}
// Not enumerable, so that loops over properties do not find it.
Object.defineProperty(Object.prototype, 'should', {
  value() {
    return expectation(this.valueOf());
  }
});

let current = '';
function create(suffix = '') {
  const query = `test=${encodeURIComponent(current)}`;
  const [at, given] = suffix.split('?');
  const url = `http://127.0.0.1:${port}${at}?${given ? `${given}&` : ''}${query}`;
  return io.connect(url, { 'force new connection': true, reconnect: false });
}

function testsOf(file) {
  const source = fs.readFileSync(path.join(folder, 'test', `${file}.test.js`), 'utf8');
  const module = {};
  // Without `global`, the tests of sockets run as in a browser.
  const run = new Function('module', 'io', 'should', 'global', 'window', 'create', source);
  run(module, io, assert, undefined, file === 'socket' ? {} : undefined, create);
  return Object.entries(module.exports);
}

function run(test) {
  return new Promise((done) => {
    const onError = (error) => finish(error);
    const timer = setTimeout(() => finish(new Error('timeout')), TIMEOUT_MS);
    function finish(error) {
      clearTimeout(timer);
      process.removeListener('uncaughtException', onError);
      done(error ? String(error.message || error) : null);
    }
    process.on('uncaughtException', onError);
    try {
      test(() => finish(null));
      if (test.length === 0) finish(null);
    } catch (error) {
      finish(error);
    }
  });
}

(async () => {
  for (const file of FILES) {
    for (const [title, test] of testsOf(file)) {
      current = title;
      console.log(JSON.stringify([file, title, await run(test)]));
    }
  }
  process.exit();
})();
