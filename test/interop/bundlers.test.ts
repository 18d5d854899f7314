import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const PACKAGE = join(__dirname, '..', '..', '..');
const RUN_MS = 20_000;

/**
 * A server that requests the client script, a poll and a WebSocket from itself, and prints the
 * answers.
 */
const APP = `
const lines = [];
const server = createServer((_request, response) => {
  response.statusCode = 404;
  response.end('the application');
});
listen(server, { log: (line) => lines.push(line), flashPolicyServer: false });
server.listen(0, '127.0.0.1', async () => {
  const linesAtListen = lines.slice();
  const { port } = server.address();
  const base = 'http://127.0.0.1:' + port + '/socket.io/';
  const script = await fetch(base + 'socket.io.js');
  const poll = await fetch(base + 'xhr-polling//1');
  const headers = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
  };
  get(base + 'websocket', { headers }).on('upgrade', ({ statusCode }) => {
    const statuses = { script: script.status, poll: poll.status, webSocket: statusCode };
    console.log(JSON.stringify({ ...statuses, linesAtListen }));
    process.exit();
  });
});
`;
const CJS = `const { createServer, get } = require('http');\nconst { listen } = require('socket.io-node');${APP}`;
const ESM = `import { createServer, get } from 'node:http';\nimport { listen } from 'socket.io-node';${APP}`;

/** Statuses, and what was logged. */
interface Answer {
  readonly script: number;
  readonly poll: number;
  readonly webSocket: number;
  readonly linesAtListen: readonly string[];
}

/** A way to make one file of a server. */
interface Bundler {
  readonly name: string;
  /** The package of npm, which may be missing. */
  readonly needs: string;
  readonly source: string;
  /** Arguments of `node` that bundle a file; run in the folder of this package. */
  readonly args: (entry: string, output: string) => readonly string[];
}

/** CommonJS in an ES module needs a `require`: this is the usual banner of users of esbuild. */
const BANNER = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;
const ESBUILD = `
const [entry, outfile, format, js = ''] = process.argv.slice(1);
const options = { bundle: true, platform: 'node', logLevel: 'error', banner: { js } };
require('esbuild').buildSync({ ...options, entryPoints: [entry], outfile, format });`;
const WEBPACK = `
const { dirname, basename } = require('node:path');
const [entry, file] = process.argv.slice(1);
const output = { path: dirname(file), filename: basename(file) };
const config = { entry, output, mode: 'production', target: 'node', stats: 'errors-only' };
require('webpack')(config, (error, stats) => {
  if (error || stats.hasErrors()) throw error ?? new Error(stats.toString('errors-only'));
});`;

const BUNDLERS: readonly Bundler[] = [
  {
    name: 'esbuild, CommonJS',
    needs: 'esbuild',
    source: 'app.cjs',
    args: (entry, output) => ['-e', ESBUILD, entry, output, 'cjs'],
  },
  {
    name: 'esbuild, ES module',
    needs: 'esbuild',
    source: 'app.mjs',
    args: (entry, output) => ['-e', ESBUILD, entry, output, 'esm', BANNER],
  },
  {
    name: 'webpack',
    needs: 'webpack',
    source: 'app.cjs',
    args: (entry, output) => ['-e', WEBPACK, entry, output],
  },
  {
    name: 'ncc',
    needs: '@vercel/ncc',
    source: 'app.cjs',
    args: (entry, output) => [
      join(dirname(require.resolve('@vercel/ncc/package.json')), 'dist', 'ncc', 'cli.js'),
      'build',
      entry,
      '--no-cache',
      '--quiet',
      '--out',
      dirname(output),
    ],
  },
];

const run = promisify(execFile);

describe('a server in one file', function () {
  this.timeout(2 * RUN_MS);
  let folder: string;

  before('install the package in a folder', () => {
    folder = mkdtempSync(join(tmpdir(), 'bundlers-'));
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(PACKAGE, join(folder, 'node_modules', 'socket.io-node'));
    writeFileSync(join(folder, 'app.cjs'), CJS);
    writeFileSync(join(folder, 'app.mjs'), ESM);
  });
  after('remove it', () => rmSync(folder, { recursive: true }));

  for (const { name, needs, source, args } of BUNDLERS) {
    describe(`made by ${name}`, () => {
      let output: string;
      let file: string;

      before('bundle it', async function () {
        try {
          require.resolve(`${needs}/package.json`);
        } catch {
          process.stderr.write(`SKIPPED: ${needs} is missing: npm ci\n`);
          this.skip();
        }
        output = mkdtempSync(join(tmpdir(), 'bundle-'));
        file = join(output, needs === '@vercel/ncc' ? 'index.cjs' : source);
        await run(process.execPath, args(join(folder, source), file), { cwd: PACKAGE });
      });
      after('remove it', () => {
        if (output) rmSync(output, { recursive: true });
      });

      /** Runs the bundle in its folder. */
      async function answers(): Promise<Answer> {
        const { stdout } = await run(process.execPath, [file], { cwd: output, timeout: RUN_MS });
        return JSON.parse(stdout) as Answer;
      }

      it('opens sessions, and logs at listen that the client script is missing', async () => {
        const { script, poll, webSocket, linesAtListen } = await answers();
        expect({ script, poll, webSocket }).to.deep.equal({
          script: 404,
          poll: 200,
          webSocket: 101,
        });
        expect(linesAtListen.join()).to.include('socket.io.js');
      });

      it('serves the client script if the package is installed beside it', async () => {
        symlinkSync(join(folder, 'node_modules'), join(output, 'node_modules'));
        const { script, poll, webSocket, linesAtListen } = await answers();
        expect({ script, poll, webSocket }).to.deep.equal({
          script: 200,
          poll: 200,
          webSocket: 101,
        });
        expect(linesAtListen.join()).not.to.include('socket.io.js');
      });
    });
  }
});
