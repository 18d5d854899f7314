/**
 * Runs open-source programs of 2011 for Socket.IO 0.6, unchanged from npm, on this package:
 *
 *     npm run build && node build/test/interop/apps.js
 *
 * Each is installed into a folder of its own with one line in its package.json that replaces
 * socket.io by this package. Then its own example is started unmodified, and two clients open a
 * session, one over a WebSocket and one over polls. It needs the registry, which is why it is not
 * part of `npm test`.
 *
 * @module
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { talkByPolling, talkByWebSocket, type Talk } from '../package/talk.js';

const PACKAGE = resolve(__dirname, '../../..');
const AGE = join(PACKAGE, 'test/interop/2011/age.js');
const NODE_PROXY = join(PACKAGE, 'test/interop/2011/node-proxy.js');

/** How long a program may take to listen, and a conversation to end, in milliseconds. */
const TIMEOUT_MS = 30_000;

interface Program {
  readonly name: string;
  readonly dependencies: Readonly<Record<string, string>>;
  /** Versions for ranges that select another package today than in 2011. */
  readonly overrides?: Readonly<Record<string, string>>;
  /** The program that is started. */
  readonly example: string;
  /** A page of its own, and some text on it. */
  readonly page: readonly [path: string, text: string];
  readonly talk: (ann: Talk, bob: Talk) => Promise<void>;
}

function same(got: unknown, wanted: unknown): void {
  const [is, should] = [JSON.stringify(got), JSON.stringify(wanted)];
  if (is !== should) throw new Error(`Expected ${should}, got ${is}`);
}

interface NowMessage {
  readonly type: string;
  readonly data: { readonly fqn: string; readonly args: readonly unknown[] };
}

/** What now.js sends from a page that has a name and a function to call. */
const nowScope = (name: string): object => ({
  type: 'createScope',
  data: { scope: { name, receiveMessage: { type: 'function', fqn: 'now.receiveMessage' } } },
});

/** Until the next call of the page's function. */
async function nextCall(talk: Talk): Promise<readonly unknown[]> {
  for (;;) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- variables come in between
    const { type, data } = (await talk.next()) as NowMessage;
    if (type === 'remoteCall' && data.fqn === 'now.receiveMessage') return data.args;
  }
}

async function talkNow(ann: Talk, bob: Talk): Promise<void> {
  const pages: readonly [Talk, string][] = [
    [ann, 'ann'],
    [bob, 'bob'],
  ];
  for (const [talk, name] of pages) {
    // oxlint-disable eslint/no-await-in-loop -- one after the other
    same(((await talk.next()) as NowMessage).type, 'createScope');
    await talk.send(nowScope(name));
    // oxlint-enable eslint/no-await-in-loop
  }
  for (const [talk, name] of pages) {
    const data = { callId: `${name}_1`, fqn: 'now.distributeMessage', args: ['hello'] };
    // oxlint-disable eslint/no-await-in-loop -- one after the other
    await talk.send({ type: 'remoteCall', data });
    same(await nextCall(ann), [name, 'hello']);
    same(await nextCall(bob), [name, 'hello']);
    // oxlint-enable eslint/no-await-in-loop
  }
}

/** A line of dnode's protocol. */
const call = (method: number | string, args: unknown, callbacks: object = {}): string =>
  JSON.stringify({ method, arguments: args, callbacks, links: [] }) + '\n';

interface DnodeCall {
  readonly method: number | string;
  readonly arguments: readonly unknown[];
}
const nextLine = async (talk: Talk): Promise<DnodeCall> =>
  JSON.parse(String(await talk.next())) as DnodeCall;

async function talkCat(ann: Talk, bob: Talk): Promise<void> {
  for (const talk of [ann, bob]) {
    // oxlint-disable eslint/no-await-in-loop -- one after the other
    same((await nextLine(talk)).method, 'methods');
    await talk.send(call('methods', [{}]));
    await talk.send(call('cat', ['[Function]'], { 7: ['0'] }));
    const { method, arguments: args } = await nextLine(talk);
    same([method, String(args[0]).trim()], [7, 'meow']);
    // oxlint-enable eslint/no-await-in-loop
  }
}

async function talkChat(ann: Talk, bob: Talk): Promise<void> {
  const enter = async (talk: Talk, name: string): Promise<void> => {
    same((await nextLine(talk)).method, 'methods');
    const heard = '[Function]';
    const methods = { name, joined: heard, said: heard, parted: heard };
    const callbacks = { 1: ['0', 'joined'], 2: ['0', 'said'], 3: ['0', 'parted'] };
    await talk.send(call('methods', [methods], callbacks));
  };
  await enter(ann, 'ann');
  same((await nextLine(ann)).arguments, ['ann']);
  await enter(bob, 'bob');
  for (const talk of [ann, bob]) same((await nextLine(talk)).arguments, ['bob']);
  await bob.send(call('say', ['hello']));
  for (const talk of [ann, bob]) same((await nextLine(talk)).arguments, ['bob', 'hello']);
  await bob.close();
  same(await nextLine(ann), { method: 3, arguments: ['bob'], callbacks: {}, links: [] });
}

const OLD_MIME = { mime: '1.2.4' };
/** Later ones of the range need what the registry does not have. */
const OLD_TRAVERSE = { traverse: '0.3.8' };

const PROGRAMS: readonly Program[] = [
  ...['0.3.1', '0.6.0'].map((version) => ({
    name: `now ${version}, hello world`,
    dependencies: { now: version },
    example: 'node_modules/now/examples/helloworld_example/helloworld_server.js',
    page: ['/nowjs/now.js', 'handleDisconnection'] as const,
    talk: talkNow,
  })),
  {
    name: 'now 0.6.0, chat with rooms',
    dependencies: { now: '0.6.0' },
    example: 'node_modules/now/examples/multiroomchat_example/multiroomchat_server.js',
    page: ['/', '<html'],
    talk: talkNow,
  },
  {
    name: 'now 0.6.0 on Express 2',
    dependencies: { now: '0.6.0', express: '2.5.11', ejs: '0.4.3' },
    overrides: OLD_MIME,
    example: 'node_modules/now/examples/express_example/app.js',
    page: ['/chat', '<html'],
    talk: talkNow,
  },
  {
    name: 'dnode 0.5.9 on Connect 1',
    dependencies: { dnode: '0.5.9', connect: '1.9.2' },
    overrides: { ...OLD_TRAVERSE, ...OLD_MIME },
    example: 'node_modules/dnode/examples/web-connect/web.js',
    page: ['/dnode.js', 'DNode'],
    talk: talkCat,
  },
  {
    name: 'dnode 0.6.12 on http',
    dependencies: { dnode: '0.6.12' },
    overrides: OLD_TRAVERSE,
    example: 'node_modules/dnode/examples/web-http/server.js',
    page: ['/dnode.js', 'DNode'],
    talk: talkCat,
  },
  {
    name: 'dnode 0.6.12, chat on Connect 1',
    dependencies: { dnode: '0.6.12', connect: '1.9.2' },
    overrides: { ...OLD_TRAVERSE, ...OLD_MIME },
    example: 'node_modules/dnode/examples/chat/chat.js',
    page: ['/', '<html'],
    talk: talkChat,
  },
];

/** Installs a program into a new folder, with this package in the place of socket.io. */
function install({ dependencies, overrides }: Program): string {
  const folder = mkdtempSync(join(tmpdir(), 'socket.io-'));
  const manifest = {
    private: true,
    dependencies: { ...dependencies, 'socket.io': `file:${PACKAGE}` },
    overrides: { ...overrides, 'socket.io': '$socket.io' },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  // native modules of 2011 do not compile any more; see node-proxy.js
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--omit=dev', '--loglevel=error'];
  execFileSync('npm', ['install', ...flags], { cwd: folder, stdio: 'ignore' });
  const proxy = join(folder, 'node_modules/node-proxy');
  if (existsSync(proxy)) {
    copyFileSync(NODE_PROXY, join(proxy, 'index.js'));
    writeFileSync(join(proxy, 'package.json'), '{"name":"node-proxy","main":"index.js"}');
  }
  return folder;
}

/** Starts its example in a copy of its folder; resolves to its port. */
function start(folder: string, example: string): [ChildProcess, Promise<number>] {
  const cwd = join(folder, 'example');
  cpSync(join(folder, example, '..'), cwd, { recursive: true });
  const file = example.slice(example.lastIndexOf('/') + 1);
  const child = spawn(process.execPath, ['--no-deprecation', '-r', AGE, file], { cwd });
  let output = '';
  const port = new Promise<number>((done, fail) => {
    const onText = (text: string): void => {
      output += text;
      const found = /^PORT (\d+)$/m.exec(output)?.[1];
      if (found) done(Number(found));
    };
    child.stdout.setEncoding('utf8').on('data', onText);
    child.stderr.setEncoding('utf8').on('data', onText);
    child.once('exit', (code) => fail(new Error(`It ended with ${code}: ${output}`)));
  });
  return [child, port];
}

async function converse(port: number, { page: [path, text], talk }: Program): Promise<void> {
  const url = `http://127.0.0.1:${port}`;
  const page = await (await fetch(url + path)).text();
  if (!page.includes(text)) throw new Error(`${path} does not hold ${text}: ${page}`);
  const ann = await talkByWebSocket(`${url}/socket.io`);
  const bob = await talkByPolling(`${url}/socket.io`);
  await talk(ann, bob);
  await ann.close();
}

async function run(program: Program): Promise<void> {
  const folder = install(program);
  const [child, port] = start(folder, program.example);
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_done, fail) => {
    timer = setTimeout(() => fail(new Error('It takes too long')), TIMEOUT_MS);
  });
  try {
    await Promise.race([port.then((found) => converse(found, program)), deadline]);
    if (child.exitCode !== null) throw new Error('It ended by itself');
  } finally {
    clearTimeout(timer);
    child.removeAllListeners('exit');
    child.kill();
    rmSync(folder, { recursive: true });
  }
}

async function runAll(): Promise<void> {
  for (const program of PROGRAMS) {
    try {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one program after the other
      await run(program);
      console.log(`ok    ${program.name}`);
    } catch (error) {
      process.exitCode = 1;
      console.log(`FAIL  ${program.name}: ${String(error)}`);
    }
  }
}

void runAll();
