import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { WebSocket } from 'ws';
import { listen, type Listener } from '../../lib/index.js';
import { PACKAGE } from './example.js';
import { codeBlocks, readDoc } from './docs.js';
import { talkByWebSocket } from './talk.js';

const README = readDoc('README.md');
const API = readDoc('docs/api.md');

/** Makes a program listen on a free port and print its number. */
const PROLOGUE = `
const { Server } = require('net');
const { listen: listenAt } = Server.prototype;
Server.prototype.listen = function (wanted) {
  const report = () => wanted === 843 || console.log('port ' + this.address().port);
  return listenAt.call(this, 0, '127.0.0.1', report);
};
`;

/** A folder in which the package is installed, also under its name of 2011. */
class Folder {
  readonly path: string = mkdtempSync(join(tmpdir(), 'snippets-'));
  readonly #children: ChildProcess[] = [];

  constructor() {
    mkdirSync(join(this.path, 'node_modules', '@types'), { recursive: true });
    for (const name of ['socket.io-node', 'socket.io']) {
      symlinkSync(PACKAGE, join(this.path, 'node_modules', name));
    }
    symlinkSync(
      join(PACKAGE, 'node_modules', '@types', 'node'),
      join(this.path, 'node_modules', '@types', 'node'),
    );
  }

  write(file: string, text: string): string {
    const path = join(this.path, file);
    writeFileSync(path, text);
    return path;
  }

  /** Runs a program that listens; resolves with its address. */
  serve(file: string): Promise<string> {
    const prologue = this.write('prologue.cjs', PROLOGUE);
    const child = spawn(process.execPath, ['--require', prologue, join(this.path, file)]);
    this.#children.push(child);
    let output = '';
    return new Promise((resolve, reject) => {
      const onData = (data: Buffer): void => {
        const port = /^port (\d+)$/m.exec((output += data.toString()))?.[1];
        if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
      };
      child.stdout.on('data', onData);
      child.stderr.on('data', onData);
      child.once('exit', () => reject(new Error(`${file} does not listen: ${output}`)));
    });
  }

  async run(script: string, ...args: readonly string[]): Promise<string> {
    const child = spawn(process.execPath, [script, ...args], { cwd: this.path });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => (output += data.toString()));
    }
    const [code] = (await once(child, 'close')) as [number];
    if (code !== 0) throw new Error(output);
    return output;
  }

  stop(): void {
    for (const child of this.#children.splice(0)) child.kill();
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}

/** Checks a server that broadcasts the messages of its clients, with two clients. */
async function broadcasts(url: string, greets: boolean): Promise<void> {
  const first = await talkByWebSocket(`${url}/socket.io`, { origin: 'http://example.com' });
  const second = await talkByWebSocket(`${url}/socket.io`, { origin: 'http://example.com' });
  if (greets) expect(await first.next()).to.deep.equal({ welcome: '127.0.0.1' });
  await second.send('grüße');
  expect(await first.next()).to.equal('grüße');
  await second.close();
  await first.close();
}

describe('the code in README.md and docs/api.md', function () {
  this.timeout(60_000);
  const [server2011 = ''] = codeBlocks(README, 'js');
  const ownTransport =
    codeBlocks(API, 'js').find((code) => code.includes('extends Streaming')) ?? '';
  const [page = ''] = codeBlocks(README, 'html');
  const [modern = ''] = codeBlocks(README, 'ts');
  let folder: Folder;

  before('make a folder', () => {
    folder = new Folder();
  });
  afterEach('stop the servers', () => folder.stop());
  after('remove the folder', () => folder.remove());

  for (const name of ['socket.io-node', 'socket.io']) {
    it(`runs the server of 2011 with require('${name}')`, async () => {
      folder.write('server.js', server2011.replace("'socket.io-node'", `'${name}'`));
      const url = await folder.serve('server.js');
      expect(await (await fetch(url)).text()).to.equal('<h1>Hello world</h1>');
      expect((await fetch(`${url}/socket.io/socket.io.js`)).status).to.equal(200);
      await broadcasts(url, false);
    });
  }

  it('compiles and runs the server of today', async () => {
    folder.write('app.mts', modern);
    const tsc = join(PACKAGE, 'node_modules', 'typescript', 'bin', 'tsc');
    const flags = ['--module', 'nodenext', '--target', 'es2022', '--strict', '--types', 'node'];
    expect(await folder.run(tsc, ...flags, 'app.mts')).to.equal('');
    await broadcasts(await folder.serve('app.mjs'), true);
  });

  it('makes a custom transport that sends and receives', async () => {
    const server = "const server = require('http').createServer();\n";
    const echo = ".on('connection', (client) => client.on('message', (m) => client.send(m)));\n";
    const start = 'server.listen(0);\n';
    folder.write('own.js', server + ownTransport.trimEnd().replace(/;$/, echo) + start);
    const url = await folder.serve('own.js');
    const response = await fetch(`${url}/socket.io/json-lines/`);
    const lines = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const line = async (): Promise<string> =>
      JSON.parse((await lines?.read())?.value ?? '') as string;
    const [, sessionId] = /^~m~38~m~(\d{38})$/.exec(await line()) ?? [];
    const body = new URLSearchParams({ data: '~m~5~m~hello' });
    const send = `${url}/socket.io/json-lines/${sessionId}/send`;
    expect(await (await fetch(send, { method: 'POST', body })).text()).to.equal('ok');
    expect(await line()).to.equal('~m~5~m~hello');
    await lines?.cancel();
  });

  describe('in the page', () => {
    let server: Server;
    let io: Listener;
    let host: string;

    before('serve', async () => {
      server = createServer();
      io = listen(server, { log: false, flashPolicyServer: false });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    });

    after('close', () => {
      io.close();
      server.close();
    });

    it('connects, sends and receives', async () => {
      const logged: unknown[] = [];
      const [hostname, port] = host.split(':');
      const sandbox: Record<string, unknown> = {
        location: { protocol: 'http:', host, hostname, port, href: `http://${host}/` },
        navigator: { userAgent: 'a page' },
        console: { log: (line: unknown) => logged.push(line) },
        WebSocket,
        setTimeout,
        clearTimeout,
      };
      sandbox['self'] = sandbox['window'] = sandbox;
      const context = createContext(sandbox);
      const [, source] = /<script src="([^"]+)">/.exec(page) ?? [];
      const [, script = ''] = /<script>\n(.*?)<\/script>/s.exec(page) ?? [];
      runInContext(await (await fetch(`http://${host}${source}`)).text(), context);

      const arrived = new Promise<unknown>((resolve) => {
        io.once('connection', (client) => {
          client.on('message', (message) => {
            client.send('welcome');
            resolve(message);
          });
        });
      });
      runInContext(script, context);
      expect(await arrived).to.equal('hello');
      while (logged.length === 0) {
        // oxlint-disable-next-line eslint/no-await-in-loop -- until the answer arrives
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      runInContext('socket.options.reconnect = false; socket.disconnect()', context);
      expect(logged[0]).to.equal('welcome');
    });
  });

  it('makes the incremental decoder return what the comments say', async () => {
    const code = codeBlocks(API, 'js').find((block) => block.includes('new FrameDecoder')) ?? '';
    const pushes = [...code.matchAll(/^(decoder\.push.*); \/\/ (.*)$/gm)];
    expect(pushes).to.have.lengthOf(2);
    const printing = pushes.reduce(
      (text, [line = '', call = '']) => text.replace(line, `console.log(JSON.stringify(${call}));`),
      code,
    );
    const output = await folder.run(folder.write('decoder.cjs', printing));
    const expected = pushes.map(([, , result = '']) =>
      result.replaceAll("'", '"').replace(', ', ','),
    );
    expect(output.trim().split('\n')).to.deep.equal(expected);
  });

  it('names the version of package.json', () => {
    const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(README).to.include(`"socket.io": "npm:socket.io-node@^${version}"`);
    expect(readDoc('MIGRATION.md')).to.include(`"socket.io": "npm:socket.io-node@^${version}"`);
  });
});
