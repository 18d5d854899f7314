/*
 * Builds on each change, and runs the tests of some folders of test/ after each build without errors.
 *
 *   npm run dev                       protocol, session, access, util
 *   npm run dev -- transports/http    these instead
 */
const { spawn } = require('child_process');
const path = require('path');

const ROOT = path.join(__dirname, '..');
const folders =
  process.argv.length > 2 ? process.argv.slice(2) : ['protocol', 'session', 'access', 'util'];

const bin = (file) => path.join(ROOT, 'node_modules', file);
const run = (script, args, stdout) =>
  spawn(process.execPath, [script, ...args], { cwd: ROOT, stdio: ['ignore', stdout, 'inherit'] });

let tests = null;

function test() {
  tests?.kill();
  const options = ['--no-config', '--enable-source-maps', '--timeout', '6000', '--reporter', 'dot'];
  const files = folders.map((folder) => `build/test/${folder}/**/*.test.js`);
  tests = run(bin('mocha/bin/mocha.js'), [...options, ...files], 'inherit');
}

const cache = ['--incremental', '--tsBuildInfoFile', 'build/dev.tsbuildinfo'];
const watch = ['-p', '.', '--watch', '--preserveWatchOutput', '--removeComments', ...cache];
const compiler = run(bin('typescript/bin/tsc'), watch, 'pipe');
compiler.stdout.setEncoding('utf8').on('data', (text) => {
  process.stdout.write(text);
  if (/Found 0 errors/.test(text)) test();
});
compiler.on('exit', (code) => process.exit(code ?? 1));

// Ctrl-C ends the child processes too
process.on('exit', () => {
  compiler.kill();
  tests?.kill();
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
