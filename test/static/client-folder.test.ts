import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { afterThisTest } from '../support/cleanup.js';

const PACKAGE = join(__dirname, '..', '..', '..');

/** Starts a server, requests the script, and prints the log and the response. */
const APP = `
  const lines = [];
  const server = require('node:http').createServer((request, response) => response.end('app'));
  const log = (line) => lines.push(line);
  require('./lib/index.js').listen(server, { log, flashPolicyServer: false });
  server.listen(0, '127.0.0.1', async () => {
    const url = 'http://127.0.0.1:' + server.address().port + '/socket.io/socket.io.js';
    const body = await (await fetch(url)).text();
    console.log(JSON.stringify({ lines, isServed: body.includes('setPath'), isApp: body === 'app' }));
    process.exit();
  });`;

interface Outcome {
  readonly lines: string[];
  readonly isServed: boolean;
  readonly isApp: boolean;
}

/** Creates a folder with the compiled library but without the client files, as bundlers do. */
function bundle(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  afterThisTest(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(PACKAGE, 'build', 'lib'), join(folder, 'lib'), { recursive: true });
  mkdirSync(join(folder, 'node_modules'));
  for (const name of ['ws', 'debug', 'ms']) {
    const target = dirname(createRequire(__filename).resolve(`${name}/package.json`));
    symlinkSync(target, join(folder, 'node_modules', name));
  }
  writeFileSync(join(folder, 'app.js'), APP);
  return folder;
}

async function run(folder: string): Promise<Outcome> {
  const child = promisify(execFile)(process.execPath, ['app.js'], { cwd: folder });
  return JSON.parse((await child).stdout) as Outcome;
}

describe('client files of a bundled server', function () {
  this.timeout(20_000);

  it('are reported as missing in the log, and requests for them are passed to the application', async () => {
    const { lines, isApp } = await run(bundle());
    expect(isApp).to.equal(true);
    expect(lines[0]).to.equal(
      'Cannot find the client files, so /socket.io/socket.io.js is not served. If the server is ' +
        'bundled, exclude socket.io-node from the bundle, or install it in node_modules beside the ' +
        'bundle.',
    );
  });

  it('are served from node_modules beside the bundle', async () => {
    const folder = bundle();
    symlinkSync(PACKAGE, join(folder, 'node_modules', 'socket.io-node'));
    const { lines, isServed } = await run(folder);
    expect(isServed).to.equal(true);
    expect(lines).to.deep.equal(['socket.io ready - accepting connections']);
  });

  it('are found by a bundle of ES modules, which has no __dirname', () => {
    const file = join(PACKAGE, 'build', 'lib', 'static', 'client-folder.js');
    const exports: { findClientFolder?(): string | null } = {};
    // oxlint-disable-next-line typescript/no-implied-eval, eslint/no-new-func -- a module without __dirname
    const evaluate = new Function('exports', 'require', readFileSync(file, 'utf8'));
    evaluate(exports, createRequire(file));
    expect(exports.findClientFolder?.()).to.be.oneOf([PACKAGE, join(PACKAGE, '.')]);
  });
});
