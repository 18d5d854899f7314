import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import { resolve } from 'node:path';
import { encode, listen, type Listener } from '../../lib/index.js';
import { afterThisTest } from '../support/cleanup.js';
import { XhrPollingDriver } from '../support/drivers/index.js';
import { listenOnLoopback, QUIET } from '../support/server.js';
import { run, skipUnlessInstalled } from './programs/run.js';

const JDK_CLIENT = resolve(__dirname, '../../../test/interop/programs/JdkClient.java');

/** A Listener that returns all messages. */
function echo(server: Server): Listener {
  const io = listen(server, QUIET);
  afterThisTest(() => io.close());
  io.on('connection', (client) => {
    client.on('message', (message) => client.send(message));
  });
  return io;
}

/** An application with one page, which answers `Expect: 100-continue` itself if it `continues`. */
async function serveApp(continues = false): Promise<string> {
  const server = createServer((_request, response) => response.end('page'));
  if (continues) {
    server.on('checkContinue', (_request, response) => {
      response.statusCode = 417;
      response.end('the application does not continue');
    });
  }
  echo(server);
  return `http://127.0.0.1:${await listenOnLoopback(server)}`;
}

const FORM = ['-H', 'Content-Type: application/x-www-form-urlencoded'];

const EXPECTS = ['-H', 'Expect: 100-continue'];
const POST = [...EXPECTS, ...FORM, '-d', 'data=~m~5~m~hello'];

const curl = (...args: string[]): Promise<string> =>
  run('curl', '--silent', '--show-error', '--max-time', '10', ...args);

describe('curl', function () {
  this.timeout(40_000);

  before('look for it', function () {
    skipUnlessInstalled(this, 'curl', 'curl');
  });

  it('gets a page, polls and posts when it offers h2c with each request', async () => {
    const base = await serveApp();
    const status = ['--http2', '-w', ' %{http_code} HTTP/%{http_version}'];
    expect(await curl(...status, `${base}/page`)).to.equal('page 200 HTTP/1.1');
    const opened = await curl('--http2', `${base}/socket.io/xhr-polling//${Date.now()}`);
    const [, id] = /^~m~38~m~(\d{38})$/.exec(opened) ?? [];
    expect(id, opened).to.be.a('string');
    const url = `${base}/socket.io/xhr-polling/${id}`;
    const posted = await curl(...status, ...FORM, '-d', 'data=~m~5~m~hello', `${url}/send`);
    expect(posted).to.equal('ok 200 HTTP/1.1');
    expect(await curl('--http2', `${url}/1`)).to.equal(encode('hello'));
  });

  for (const continues of [false, true]) {
    const app = continues ? 'listens for checkContinue' : 'does not listen for checkContinue';
    it(`posts with Expect: 100-continue when the application ${app}`, async () => {
      const base = await serveApp(continues);
      const driver = await new XhrPollingDriver(Number(new URL(base).port)).open();
      const url = `${base}/socket.io/xhr-polling/${driver.sessionId}/send`;
      const output = await curl('-v', '--stderr', '-', ...POST, url);
      expect(output)
        .to.include('< HTTP/1.1 100 Continue')
        .and.to.match(/\nok\n?/);
      expect(await driver.next()).to.equal('hello');
    });
  }
});

describe('the HttpClient of Java', function () {
  this.timeout(40_000);

  before('look for it', function () {
    skipUnlessInstalled(this, 'java', 'openjdk-17-jdk-headless');
  });

  for (const [how, title] of [
    ['plain', 'gets a page, polls, posts and opens a WebSocket, with h2c offered first'],
    ['expect', 'does so with Expect: 100-continue'],
  ] as const) {
    it(title, async () => {
      const base = await serveApp();
      const lines = (await run('java', JDK_CLIENT, base, how)).trim().split('\n');
      expect(lines.map((line) => line.replace(/\d{38}/, 'ID'))).to.deep.equal([
        'page 200 HTTP_1_1 page',
        'session 200 HTTP_1_1 ~m~38~m~ID',
        'post 200 HTTP_1_1 ok',
        'poll 200 HTTP_1_1 ~m~5~m~hello',
        'websocket ~m~5~m~again',
      ]);
    });
  }
});

/** As much of restify and hapi as the tests use. */
interface Restify {
  createServer(): {
    readonly server: Server;
    get(
      path: string,
      handler: (request: unknown, response: Sender, next: () => void) => void,
    ): void;
    post(
      path: string,
      handler: (request: unknown, response: Sender, next: () => void) => void,
    ): void;
  };
}
interface Sender {
  send(body: string): void;
}
interface Hapi {
  server(options: object): {
    readonly listener: Server;
    route(route: { method: string; path: string; handler: () => string }): void;
    initialize(): Promise<void>;
    stop(): Promise<void>;
  };
}

function sendPage(_request: unknown, response: Sender, next: () => void): void {
  response.send('page');
  next();
}

/** Frameworks that answer `Expect: 100-continue` themselves: each makes a server with `/page`. */
const FRAMEWORKS: Readonly<Record<string, () => Promise<Server>>> = {
  restify() {
    const app = (require('restify') as Restify).createServer();
    app.get('/page', sendPage);
    app.post('/page', sendPage);
    return Promise.resolve(app.server);
  },
  async '@hapi/hapi'() {
    const app = (require('@hapi/hapi') as Hapi).server({ autoListen: false });
    app.route({ method: 'GET', path: '/page', handler: () => 'page' });
    app.route({ method: 'POST', path: '/page', handler: () => 'page' });
    await app.initialize();
    afterThisTest(() => app.stop());
    return app.listener;
  },
};

for (const [name, make] of Object.entries(FRAMEWORKS)) {
  describe(name, function () {
    this.timeout(40_000);

    before('look for it', function () {
      skipUnlessInstalled(this, 'curl', 'curl');
      try {
        require(name);
      } catch (error) {
        process.stderr.write(
          `SKIPPED: ${name} does not load on ${process.version}: ${String(error)}\n`,
        );
        this.skip();
      }
    });

    it('gets pages, and sessions accept POSTs with Expect: 100-continue', async () => {
      const server = await make();
      echo(server);
      const port = await listenOnLoopback(server);
      const driver = await new XhrPollingDriver(port).open();
      const post = (path: string): Promise<string> =>
        curl(...POST, `http://127.0.0.1:${port}${path}`);
      expect(await post('/page')).to.match(/^"?page"?$/);
      expect(await post(`/socket.io/xhr-polling/${driver.sessionId}/send`)).to.equal('ok');
      expect(await driver.next()).to.equal('hello');
      const page = await curl(`http://127.0.0.1:${port}/page`);
      expect(page).to.match(/^"?page"?$/);
    });
  });
}
