/**
 * Every transport through nginx and HAProxy, with the configurations in docs/deployment.md.
 *
 * `npm run proxies`; needs both installed.
 *
 * @module
 */
import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode, listen, type Listener } from '../../lib/index.js';
import { codeBlocks, readDoc } from '../package/docs.js';
import { VARIANTS, XhrPollingDriver } from '../support/drivers/index.js';
import { QUIET } from '../support/server.js';
import { until } from '../support/wait.js';

const DEPLOYMENT = readDoc('docs/deployment.md');

/** How long a message may take through a proxy that does not hold it back, in milliseconds. */
const AT_ONCE_MS = 500;

interface Proxy {
  readonly name: string;
  readonly language: string;
  /** Where drafts 75 and 76 have a port of their own. */
  readonly draftPort?: number;
  /** What surrounds the documented configuration. */
  readonly wrap: (configuration: string, folder: string) => string;
  readonly command: (file: string, folder: string) => readonly [string, readonly string[]];
}

const PROXIES: readonly Proxy[] = [
  {
    name: 'nginx',
    language: 'nginx',
    wrap: (configuration, folder) => `
daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder};
  uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
  ${configuration}
}`,
    command: (file, folder) => ['/usr/sbin/nginx', ['-p', folder, '-c', file, '-e', 'stderr']],
  },
  {
    name: 'HAProxy',
    language: 'haproxy',
    draftPort: 8076,
    wrap: (configuration) => `global\n  maxconn 256\n\n${configuration}`,
    command: (file) => ['/usr/sbin/haproxy', ['-db', '-f', file]],
  },
];

const digits = (): string => String(randomInt(1e6)).padStart(6, '0');

/** A server whose session ids begin with its number, and which sends everything back. */
class Node {
  readonly listener: Listener;
  readonly #server = createServer((_request, response) => response.end('app'));

  constructor(number: number) {
    const generateId = (): string => `0${number}` + Array.from({ length: 6 }, digits).join('');
    this.listener = listen(this.#server, { ...QUIET, generateId });
    this.listener.on('connection', (client) => {
      client.on('message', (message) => client.send(message));
    });
  }

  async start(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): void {
    this.listener.close();
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const isOpen = new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
  return isOpen.finally(() => socket.destroy());
}

async function converse(driver: XhrPollingDriver): Promise<void> {
  for (let n = 0; n < 5; n++) {
    // oxlint-disable eslint/no-await-in-loop -- one message after the other
    await driver.send(encode(`message ${n}`));
    expect(await driver.next()).to.equal(`message ${n}`);
    // oxlint-enable eslint/no-await-in-loop
  }
}

const isDraft = (variant: string): boolean => variant.includes('hixie');

function sessionsOf(nodes: readonly Node[]): number {
  return nodes.reduce((sum, { listener }) => sum + Object.keys(listener.clients).length, 0);
}

for (const proxy of PROXIES) {
  describe(`behind ${proxy.name}`, function () {
    this.timeout(20_000);
    let nodes: readonly Node[];
    let folder: string;
    let child: ChildProcess;
    let port: number;
    let draftPort: number;

    before('start', async () => {
      nodes = [new Node(1), new Node(2)];
      const [first, second] = await Promise.all(nodes.map((node) => node.start()));
      port = await freePort();
      draftPort = proxy.draftPort === undefined ? port : await freePort();
      folder = mkdtempSync(join(tmpdir(), 'proxies-'));
      const [configuration = ''] = codeBlocks(DEPLOYMENT, proxy.language);
      const ported = configuration
        .replaceAll('127.0.0.1:8081', `127.0.0.1:${first}`)
        .replaceAll('127.0.0.1:8082', `127.0.0.1:${second}`)
        .replace('listen 8080', `listen 127.0.0.1:${port}`)
        .replace('bind :8080', `bind 127.0.0.1:${port}`)
        .replace(`bind :${proxy.draftPort}`, `bind 127.0.0.1:${draftPort}`);
      const file = join(folder, 'configuration');
      writeFileSync(file, proxy.wrap(ported, folder));
      const [program, args] = proxy.command(file, folder);
      child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
      // oxlint-disable-next-line eslint/no-await-in-loop -- until it is up
      while (!(await answers(port))) {
        if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
      }
    });

    after('stop', async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      for (const node of nodes) node.stop();
      rmSync(folder, { recursive: true });
    });

    const variants = VARIANTS.filter(
      (variant) => proxy.draftPort !== undefined || !isDraft(variant.name),
    );
    const portFor = (variant: string): number => (isDraft(variant) ? draftPort : port);

    for (const { name, create } of variants) {
      it(`${name} brings messages up and down at once`, async () => {
        const driver = await create(portFor(name)).open();
        for (const message of ['hello', 'grüße 日本 \u{1f600}', { n: 1 }, 'x'.repeat(100_000)]) {
          // oxlint-disable eslint/no-await-in-loop -- one message after the other
          const before = performance.now();
          await driver.send(encode(message));
          expect(await driver.next()).to.deep.equal(message);
          expect(performance.now() - before).to.be.below(AT_ONCE_MS);
          // oxlint-enable eslint/no-await-in-loop
        }
      });
    }

    for (const { name, create } of VARIANTS.filter((variant) => isDraft(variant.name))) {
      it(`${name} gets no answer in HTTP that a strict client takes`, async () => {
        const outcome = create(port).open();
        const error = await outcome.then(
          () => null,
          (reason: unknown) => reason,
        );
        expect(error).to.be.an.instanceOf(Error);
      });
    }

    it('many sessions of polls each reach the process that has them', async () => {
      const drivers = await Promise.all(
        Array.from({ length: 20 }, () => new XhrPollingDriver(port).open()),
      );
      const processes = new Set(drivers.map(({ sessionId }) => sessionId.slice(0, 2)));
      expect([...processes].toSorted()).to.deep.equal(['01', '02']);
      await Promise.all(drivers.map(converse));
    });

    it('a client that goes away is noticed', async () => {
      const streaming = variants.filter(({ name }) => !name.includes('polling'));
      const before = sessionsOf(nodes);
      const drivers = await Promise.all(
        streaming.map(({ name, create }) => create(portFor(name)).open()),
      );
      expect(sessionsOf(nodes)).to.equal(before + drivers.length);
      for (const driver of drivers) driver.drop();
      await until(() => sessionsOf(nodes) <= before, 'the sessions to end');
    });

    it('the app behind it answers all else', async () => {
      const response = await fetch(`http://127.0.0.1:${port}/`);
      expect(await response.text()).to.equal('app');
    });
  });
}
