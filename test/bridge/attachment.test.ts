import { expect } from 'chai';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { join } from 'node:path';
import { WebSocket, WebSocketServer } from 'ws';
import { bridge } from '../../lib/bridge/index.js';
import { listen } from '../../lib/index.js';
import { afterThisTest } from '../support/cleanup.js';
import { WebsocketDriver, XhrPollingDriver } from '../support/drivers/index.js';
import { appListener, listenOnLoopback, QUIET } from '../support/server.js';
import { until } from '../support/wait.js';
import { ORDERS, serveBoth } from './fixture.js';
import { OfficialDriver, OfficialServer, WAYS } from './official.js';

const FIXTURES = join(__dirname, '..', '..', '..', 'test', 'fixtures');
const KEY = readFileSync(join(FIXTURES, 'localhost.key'));
const CERTIFICATE = readFileSync(join(FIXTURES, 'localhost.crt'));

const text = async (url: string): Promise<string> => (await fetch(url)).text();

for (const order of ORDERS) {
  describe(`A bridge; first on the HTTP server: ${order}`, () => {
    for (const [way, options] of Object.entries(WAYS)) {
      it(`accepts both kinds of clients on one path, by ${way}`, async () => {
        const { io, port, official, connect } = await serveBoth({ order });
        const [page] = await connect(options);
        if (way === 'polling, then websocket') await page.upgraded();
        const socket = await new WebsocketDriver(port).open();
        const poll = await new XhrPollingDriver(port).open();
        await until(() => Object.keys(io.clients).length === 3, 'three clients');
        expect(official.engine.clientsCount).to.equal(1);
        io.broadcast('once');
        io.broadcast('end');
        expect(await page.take(2)).to.deep.equal(['once', 'end']);
        for (const old of [socket, poll]) {
          expect([await old.next(), await old.next()]).to.deep.equal(['once', 'end']);
        }
      });
    }

    it('leaves other requests to the application, once each, also after the Listener is closed', async () => {
      let calls = 0;
      const { io, port } = await serveBoth({
        order,
        app: (request, response) => {
          calls++;
          appListener(request, response);
        },
      });
      expect(await text(`http://127.0.0.1:${port}/page`)).to.equal('app');
      await io.close();
      expect(await text(`http://127.0.0.1:${port}/page`)).to.equal('app');
      expect(calls).to.equal(2);
    });

    it('serves the script of 0.6, and the official bundles beside it', async () => {
      const { port } = await serveBoth({ order });
      const base = `http://127.0.0.1:${port}/socket.io`;
      expect(await text(`${base}/socket.io.js`)).to.include('xhr-multipart');
      expect(await text(`${base}/socket.io.min.js`)).to.match(/Socket\.IO v4\.8/);
      expect(await text(`${base}/socket.io.esm.min.js`)).to.match(/Socket\.IO v4\.8/);
    });

    it('serves the official script by an option, until the bridge is closed', async () => {
      const both = await serveBoth({ order, bridge: { client: 'official' } });
      const script = `http://127.0.0.1:${both.port}/socket.io/socket.io.js`;
      expect(await text(script)).to.match(/Socket\.IO v4\.8/);
      both.bridge.close();
      expect(await text(script)).to.include('xhr-multipart');
    });

    it('leaves WebSockets of other paths to their server', async () => {
      const { server, port } = await serveBoth({ order, official: { destroyUpgrade: false } });
      const other = new WebSocketServer({ server, path: '/other' });
      const socket = new WebSocket(`ws://127.0.0.1:${port}/other`);
      await once(socket, 'open');
      socket.terminate();
      other.close();
    });

    it('works with CORS and cookies of the official server', async () => {
      const official = { cors: { origin: 'http://page.example' }, cookie: { name: 'node' } };
      const { port } = await serveBoth({ order, official });
      const response = await fetch(`http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling`, {
        headers: { Origin: 'http://page.example' },
      });
      expect(response.status).to.equal(200);
      expect(response.headers.get('access-control-allow-origin')).to.equal('http://page.example');
      expect(response.headers.get('set-cookie')).to.match(/^node=/);
    });

    it('does not refuse clients of an official server without WebSockets', async () => {
      const { connect } = await serveBoth({ order, official: { transports: ['polling'] } });
      await connect({ transports: ['polling'] });
    });
  });
}

/** Servers of applications, and options of their clients. */
const APPLICATIONS: Readonly<Record<string, () => readonly [Server, scheme: string]>> = {
  'an application of Express 5': () => [createServer(expressApp()), 'http'],
  TLS: () => [createSecureServer({ key: KEY, cert: CERTIFICATE }, appListener), 'https'],
};

type App = RequestListener & {
  get(
    path: string,
    handler: (request: unknown, response: { send(text: string): void }) => void,
  ): void;
};

function expressApp(): RequestListener {
  const app = (require('express') as () => App)();
  app.get('/page', (_request, response) => response.send('app'));
  return app;
}

for (const [what, create] of Object.entries(APPLICATIONS)) {
  describe(`A bridge with ${what}`, () => {
    for (const [way, options] of Object.entries(WAYS)) {
      it(`accepts official clients by ${way}, and no other requests`, async () => {
        const [server, scheme] = create();
        const io = listen(server, QUIET);
        const official = new OfficialServer(server);
        bridge(io, official);
        const port = await listenOnLoopback(server);
        afterThisTest(() => void official.close());
        afterThisTest(() => io.close());
        const secure = { ...options, rejectUnauthorized: false };
        const page = await new OfficialDriver(port, secure, '4.8', '/', scheme).open();
        if (way === 'polling, then websocket') await page.upgraded();
        io.broadcast('hello');
        expect(await page.next()).to.equal('hello');
        if (scheme === 'https') return;
        expect(await text(`http://127.0.0.1:${port}/page`)).to.equal('app');
        expect((await fetch(`http://127.0.0.1:${port}/none`)).status).to.equal(404);
        const old = await new XhrPollingDriver(port).open();
        io.broadcast('to both');
        expect(await old.next()).to.equal('to both');
      });
    }
  });
}

describe('A bridge', () => {
  it('leaves an upgrade to the official server, however long it takes to decide', async () => {
    const decisions: (() => void)[] = [];
    const allowRequest = (_request: unknown, decide: (error: null, isOk: boolean) => void): void =>
      void decisions.push(() => decide(null, true));
    const { port } = await serveBoth({ official: { allowRequest } });
    const page = new OfficialDriver(port, { transports: ['websocket'] });
    await until(() => decisions.length === 1, 'the question');
    // longer than an unclaimed upgrade waits for its answer
    await new Promise((resolve) => setTimeout(resolve, 3200));
    decisions.pop()?.();
    await page.open();
  }).timeout(20_000);

  it('answers clients of a later version with the supported versions, once it is closed', async () => {
    const both = await serveBoth({ official: { path: '/other/', transports: ['polling'] } });
    const url = `http://127.0.0.1:${both.port}/socket.io/?EIO=4&transport=polling`;
    both.bridge.close();
    expect((await fetch(url)).status).to.equal(400);
  });

  it('serves a Listener of another resource, and an official server of another path', async () => {
    const { port, connect } = await serveBoth({
      listener: { resource: 'old' },
      official: { path: '/new/' },
    });
    await connect({ path: '/new/' });
    await new WebsocketDriver(port, { resource: 'old' }).open();
  });

  it('joins an official server of another port, and does not attach it again', async () => {
    const [old, modern] = [createServer(), createServer()];
    const io = listen(old, QUIET);
    const official = new OfficialServer(modern);
    bridge(io, official);
    const [, port] = [await listenOnLoopback(old), await listenOnLoopback(modern)];
    afterThisTest(() => void official.close());
    afterThisTest(() => io.close());
    const page = await new OfficialDriver(port).open();
    io.broadcast('hello');
    expect(await page.next()).to.equal('hello');
    expect(old.listenerCount('upgrade')).to.equal(1);
  });
});
