/*
 * Runs one test of the original's own suite:
 *
 *   node run.js APP FILE TEST
 *
 * APP is a folder whose node_modules/socket.io is the package to be tested, FILE one of the
 * original's tests. Without TEST, lists the tests of FILE. The last line of the output is JSON.
 */
var fs = require('fs');
var Module = require('module');
var path = require('path');
var environment = require('./environment');

var app = process.argv[2];
var file = process.argv[3];
var name = process.argv[4];
var failures = [];

var suite = new Module(file, null);
suite.filename = file;
suite.paths = [path.join(app, 'node_modules')];

var load = Module._load;
Module._load = function (request, parent) {
  if (request === 'assert' && parent === suite) return environment.assert;
  return load.apply(this, arguments);
};

/* A \u without its four digits was an ordinary u to the parsers of 2011. */
suite._compile(fs.readFileSync(file, 'utf8').replace(/\\u(?![\da-f]{4})/gi, 'u'), file);

process.on('uncaughtException', function (error) {
  failures.push(String(error.stack || error));
});

/* If the end does not follow, the test fails with what it has done so far. */
process.on('SIGTERM', function () {
  failures.push('The test never ended');
  process.exit();
});

process.on('exit', function () {
  console.log(JSON.stringify({ assertions: environment.assertionsMade(), failures: failures }));
});

if (name) suite.exports[name]();
else console.log(JSON.stringify(Object.keys(suite.exports)));
