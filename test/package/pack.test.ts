import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { promisify } from 'node:util';
import { Installed } from './installed.js';
import { PAGES } from './pages.js';
import { api, changes, SNAPSHOT } from './public-api/snapshot.js';

const run = promisify(execFile);

/** The declarations that a file of declarations imports from this package. */
function importsOf(path: string): string[] {
  const found = readFileSync(path, 'utf8').matchAll(
    /(?:from|import\(|require\() ?'(\.[^']+)\.js'/g,
  );
  return [...found].map(([, name]) => posix.join(posix.dirname(path), `${name}.d.ts`));
}

/** A server with a client of `ws`; both are closed, and then the process must exit. */
const CONVERSATION = `
const server = http.createServer();
const listener = listen(server, { log: false, flashPolicyServer: false });
listener.on('connection', (client) => {
  client.on('message', (message) => client.send([client.transport, message]));
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const socket = new WebSocket('ws://127.0.0.1:' + port + '/socket.io/websocket');
  const got = [];
  socket.on('open', () => socket.send(encode({ n: 1 })));
  socket.on('message', (data) => {
    got.push(...decode(String(data)).slice(0));
    if (got.length < 3) return;
    console.log(got.slice(1).join(' '), version);
    socket.close();
    listener.close();
    server.close();
  });
});
`;
const ANSWER = 'websocket ~j~{"n":1} 0.6.18';

const TYPESCRIPT = `
import { createServer } from 'node:http';
import { listen, type Client, type ListenerOptions } from 'socket.io-node';
import * as io from 'socket.io-node';
import { bridge, type Bridge } from 'socket.io-node/bridge';
import { createTestServer, type TestClient } from 'socket.io-node/testing';
import { encode } from 'socket.io-node/utils';

const options: ListenerOptions = { log: false, flashPolicyServer: false };
const listener = listen(createServer(), options);
listener.on('connection', (client: Client) => {
  client.on('message', (message) => client.broadcast(message));
});
listener.close();
console.log(encode(io.version));
const connect: () => Promise<TestClient> = () => createTestServer().connect({ protocol: '0.9' });
if (process.argv.length > 2) void connect();
const join: (...args: Parameters<typeof bridge>) => Bridge = bridge;
// @ts-expect-error -- not an official server, whose package is not installed here
if (process.argv.length > 2) join(listener, createServer());
// @ts-expect-error -- an option of the wrong type
const wrong: ListenerOptions = { resource: 1 };
if (wrong === options) throw new Error('unreachable');
`;

/** The most CPU time that `require` may take, in milliseconds: the minimum of several runs. */
const STARTUP_MS = 50;

/** A program that prints the CPU time of loading a module, in milliseconds. */
const costOf = (name: string): string => `
  const before = process.cpuUsage();
  require('${name}');
  const { user, system } = process.cpuUsage(before);
  (user + system) / 1000`;

describe('the packed package', function () {
  this.timeout(180_000);
  let installed: Installed;

  before('pack and install', async () => {
    installed = await Installed.make();
  });

  after('remove', () => installed.remove());

  it('is smaller than 400 KB', () => {
    expect(installed.packed.size).to.be.below(400 * 1024);
  });

  it('contains the built code, its types, the client, the Flash file and the documents', () => {
    const paths = installed.packed.files.map(({ path }) => path);
    const expected =
      /^(build\/lib\/[\w./-]+\.(js|d\.ts)|build\/client\/([\w./-]+\.(js|d\.ts)|socket\.io\.map\.json)|example\/((chat|doctor)\.html|(chat|style)\.css|(chat|pages|server)\.js|doctor\/\w+\.(css|js))|client\/flash\/WebSocketMain\.swf|package\.json|[A-Z]+(\.md)?)$/;
    expect(paths.filter((path) => !expected.test(path))).to.deep.equal([]);
    expect(paths).to.include.members([
      'build/lib/index.js',
      'build/lib/index.d.ts',
      'build/client/socket.io.js',
      'build/client/socket.io.min.js',
      'build/client/socket.io.d.ts',
      'build/client/socket.io.map.json',
      'build/client/socket.io.delivery.min.js',
      'build/client/socket.io.delivery.d.ts',
      'client/flash/WebSocketMain.swf',
      'LICENSE',
      'README.md',
      'CHANGELOG.md',
      'MIGRATION.md',
      'SECURITY.md',
    ]);
  });

  it('contains the pages that its command serves', () => {
    const paths = installed.packed.files.map(({ path }) => path);
    expect(paths).to.include.members(PAGES.map((file) => `example${file}`));
  });

  it('contains every declaration that its types import', () => {
    const paths = installed.packed.files.map(({ path }) => path);
    const imports = paths.filter((path) => path.endsWith('.d.ts')).flatMap(importsOf);
    expect(imports).to.include('build/lib/server/listener.d.ts');
    expect(imports.filter((path) => !paths.includes(path))).to.deep.equal([]);
  });

  it('has the public API of api.txt (after an intended change: npm run api)', () => {
    const before = readFileSync(SNAPSHOT, 'utf8');
    expect(changes(before, api())).to.deep.equal([]);
    expect(api()).to.equal(before);
  });

  it('passes publint', async () => {
    const output = await installed.tool('publint/src/cli.js', installed.root, '--strict');
    expect(output).to.include('All good!');
  });

  it('passes are-the-types-wrong', async () => {
    const output = await installed.tool('@arethetypeswrong/cli/dist/index.js', installed.tarball);
    expect(output).to.include('No problems found');
  });

  it('installs two dependencies, and their dependencies', async () => {
    const list = await installed.node('-p', "require('fs').readdirSync('node_modules').join(' ')");
    expect(list.split(' ').filter((name) => !/^[.@]|^undici-types$/.test(name))).to.deep.equal([
      'debug',
      'ms',
      'socket.io-node',
      'ws',
    ]);
  });

  it('installs under the name socket.io too, in spite of its optional peer of this name', async () => {
    const folder = await mkdtemp(join(installed.folder, 'alias-'));
    await writeFile(join(folder, 'package.json'), '{ "private": true }');
    const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
    await run('npm', [...args, `socket.io@file:${installed.tarball}`], { cwd: folder });
    const program = "require('socket.io').version + typeof require('socket.io/bridge').bridge";
    const { stdout } = await run(process.execPath, ['-p', program], { cwd: folder });
    expect(stdout.trim()).to.equal('0.6.18function');
  });

  it('loads a bridge only when it is required, and never loads socket.io', async () => {
    await installed.write(
      'loaded.cjs',
      `require('socket.io-node').listen(require('http').createServer(), { log: false }).close();
const loaded = () => Object.keys(require.cache).map((file) => file.split('node_modules').pop());
const before = loaded().filter((file) => file.includes('/lib/bridge/'));
require('socket.io-node/bridge');
const foreign = loaded().filter((file) => !/^.(socket\\.io-node|ws|debug|ms)./.test(file));
console.log(JSON.stringify([before, foreign.filter((file) => !file.endsWith('loaded.cjs'))]));`,
    );
    expect(await installed.node('loaded.cjs')).to.equal('[[],[]]');
  });

  it('works from CommonJS', async () => {
    const head = `const http = require('http');
const WebSocket = require('ws');
const { listen, encode, decode, version } = require('socket.io-node');`;
    await installed.write('app.cjs', head + CONVERSATION);
    expect(await installed.node('app.cjs')).to.equal(ANSWER);
  });

  it('works from ES modules, with named and default imports', async () => {
    const head = `import http from 'node:http';
import WebSocket from 'ws';
import io, { listen, encode, decode, version } from 'socket.io-node';
if (io.listen !== listen) throw new Error('not the same');`;
    await installed.write('app.mjs', head + CONVERSATION);
    expect(await installed.node('app.mjs')).to.equal(ANSWER);
  });

  for (const [module, resolution] of [
    ['node16', 'node16'],
    ['nodenext', 'nodenext'],
    ['preserve', 'bundler'],
  ] as const) {
    it(`works from TypeScript with moduleResolution ${resolution}`, async () => {
      const flags = ['--module', module, '--moduleResolution', resolution, '--types', 'node'];
      const strict = ['--strict', '--skipLibCheck', 'false', '--target', 'es2022'];
      const files = ['app.cts', 'app.mts'];
      for (const file of files) {
        // oxlint-disable-next-line eslint/no-await-in-loop -- two files
        await installed.write(file, TYPESCRIPT);
      }
      await installed.tool('typescript/bin/tsc', ...flags, ...strict, '--outDir', module, ...files);
      expect(await installed.node(`${module}/app.mjs`)).to.equal('~m~6~m~0.6.18');
      if (module === 'preserve') return; // keeps `import` for a bundler
      expect(await installed.node(`${module}/app.cjs`)).to.equal('~m~6~m~0.6.18');
    });
  }

  it('exports every module path of 2011', async () => {
    const names = ['', '/index', '/utils', '/client', '/listener', '/lib/socket.io'];
    const transports = ['websocket', 'flashsocket', 'htmlfile', 'xhr-multipart'];
    transports.push('xhr-polling', 'jsonp-polling', 'server-events');
    names.push(...transports.map((name) => `/transports/${name}`));
    names.push(...names.slice(1, 5).map((name) => `/lib/socket.io${name}`));
    names.push(...transports.map((name) => `/lib/socket.io/transports/${name}`));
    names.push(
      ...names
        .slice(1)
        .filter((name) => name !== '/lib/socket.io')
        .map((name) => `${name}.js`),
    );
    const calls = [...names, '/browser', '/browser/delivery'].map(
      (name) => `require('socket.io-node${name}')`,
    );
    expect(await installed.node('-p', `[${calls.join()}].filter(Boolean).length`)).to.equal(
      String(calls.length),
    );
  });

  it(`loads in ${STARTUP_MS} ms of CPU time, or in four times that of ws`, async () => {
    const times: { [name: string]: number[] } = { ws: [], 'socket.io-node': [] };
    for (let i = 0; i < 10; i++) {
      for (const [name, costs] of Object.entries(times)) {
        // oxlint-disable-next-line eslint/no-await-in-loop -- in parallel they would slow each other down
        costs.push(Number(await installed.node('-p', costOf(name))));
      }
    }
    const [ws = 0, ours = 0] = Object.values(times).map((costs) => Math.min(...costs));
    expect(ours).to.be.below(Math.max(STARTUP_MS, 4 * ws));
  });
});
