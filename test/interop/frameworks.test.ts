import { expect } from 'chai';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  createServer,
  IncomingMessage,
  OutgoingMessage,
  ServerResponse,
  type RequestListener,
  type Server,
} from 'node:http';
import { createServer as createTlsServer, get as getSecurely } from 'node:https';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { WebSocket } from 'ws';
import { decode, encode, listen, type Listenable, type Listener } from '../../lib/index.js';
import { afterThisTest } from '../support/cleanup.js';
import { WebsocketDriver, XhrPollingDriver } from '../support/drivers/index.js';
import { framed } from '../support/payload.js';
import { QUIET } from '../support/server.js';
import { request } from '../support/raw.js';

type Handler = Parameters<typeof createServer>[1];

/** What all these frameworks have in common, and their tests here use. */
interface Framework {
  (...handlers: unknown[]): App;
  readonly createServer: (...handlers: unknown[]) => App & Server;
  readonly cookieParser: () => unknown;
  readonly session: { (options: object): unknown; readonly MemoryStore: new () => Store };
}
interface Store {
  get(id: string, callback: (error: unknown, session?: { user?: string }) => void): void;
}
type App = RequestListener & {
  use(path: string, handler: (...args: unknown[]) => void): void;
  listen(port: number, host: string): Server;
};

const framework = (name: string): Framework => require(name) as Framework;

/** Express 2 and Connect 1 patch Node's own classes; the tests after these here get them back. */
const PATCHED = [
  IncomingMessage.prototype,
  OutgoingMessage.prototype,
  ServerResponse.prototype,
] as const;
const asTheyWere = PATCHED.map((prototype) => Object.getOwnPropertyDescriptors(prototype));

function takeBackPatches(): void {
  PATCHED.forEach((prototype, i) => {
    const were = asTheyWere[i] ?? {};
    for (const name of Reflect.ownKeys(prototype)) {
      if (!(name in were)) Reflect.deleteProperty(prototype, name);
    }
    Object.defineProperties(prototype, were);
  });
}

const page: Handler = (_request, response) => void response.end('its own page');

/** An application, and what is done with it: in each order that there is. */
interface Way {
  readonly app: () => { use: App['use'] };
  /** Puts a Listener on it, and has it listen. */
  readonly start: (app: never) => [Listener, Server];
}

const listenFirst = (app: App & Listenable): [Listener, Server] => {
  const io = listen(app, QUIET);
  return [io, app.listen(0, '127.0.0.1')];
};
const listenLater = (app: App & Server): [Listener, Server] => {
  app.listen(0, '127.0.0.1');
  return [listen(app, QUIET), app];
};
const wrapped = (app: App): [Listener, Server] => {
  const server = createServer(app);
  return [listen(server, QUIET), server.listen(0, '127.0.0.1')];
};
const wrappedAfter = (app: App): [Listener, Server] => {
  const server = app.listen(0, '127.0.0.1');
  return [listen(server, QUIET), server];
};

/** With a cookie parser and sessions, as their applications had them. */
function oldApp(name: string): App & Server {
  const { createServer: create, cookieParser, session } = framework(name);
  return create(cookieParser(), session({ secret: 'keyboard cat' }));
}

const WAYS: Readonly<Record<string, Way>> = {
  'Express 2, before its listen()': { app: () => oldApp('express2'), start: listenFirst },
  'Express 2, after its listen()': { app: () => oldApp('express2'), start: listenLater },
  'Connect 1, before its listen()': { app: () => oldApp('connect1'), start: listenFirst },
  'Connect 1, after its listen()': { app: () => oldApp('connect1'), start: listenLater },
  'Express 4 itself': { app: () => framework('express4')(), start: listenFirst },
  'Express 4 in a server': { app: () => framework('express4')(), start: wrapped },
  'the server of Express 4': { app: () => framework('express4')(), start: wrappedAfter },
  'Express 5 itself': { app: () => framework('express')(), start: listenFirst },
  'Express 5 in a server': { app: () => framework('express')(), start: wrapped },
  'the server of Express 5': { app: () => framework('express')(), start: wrappedAfter },
};

/** Echoes the messages of clients during this test; resolves with the port. */
async function echoOf(io: Listener, server: Server): Promise<number> {
  if (!server.listening) await once(server, 'listening');
  afterThisTest(() => {
    io.close();
    server.closeAllConnections();
    server.close();
  });
  io.on('connection', (client) => {
    client.on('message', (message) => client.send({ echo: message }));
  });
  return (server.address() as AddressInfo).port;
}

describe('Listener on the application of a framework', () => {
  after(takeBackPatches);
  for (const [name, way] of Object.entries(WAYS)) {
    describe(name, () => {
      let port: number;
      let io: Listener;

      beforeEach(async () => {
        const app = way.app();
        let server: Server;
        [io, server] = way.start(app as never);
        // a route that is added when everything listens
        app.use('/page', page as (...args: unknown[]) => void);
        port = await echoOf(io, server);
      });

      it('serves a session over a WebSocket and over polls', async () => {
        for (const driver of [new WebsocketDriver(port), new XhrPollingDriver(port)]) {
          await driver.open();
          await driver.send(framed('hello'));
          expect(await driver.next()).to.deep.equal({ echo: 'hello' });
        }
        expect(Object.keys(io.clients)).to.have.length(2);
      });

      it('leaves pages to the application', async () => {
        expect((await request(port, '/page')).body).to.equal('its own page');
        expect((await request(port, '/nothing')).status).to.equal(404);
      });

      it('serves the client', async () => {
        expect((await request(port, '/socket.io/socket.io.js')).body).to.contain('setPath');
      });
    });
  }

  for (const name of ['express2', 'connect1']) {
    it(`gives an application of ${name} the cookie of a client`, async () => {
      const { createServer: create, cookieParser, session } = framework(name);
      const store = new session.MemoryStore();
      const app = create(cookieParser(), session({ secret: 'keyboard cat', store }));
      app.use('/login', (asked, answer) => {
        (asked as { session: { user: string } }).session.user = 'ann';
        (answer as { end(text: string): void }).end('welcome');
      });
      const [io, server] = listenFirst(app);
      afterThisTest(() => {
        io.close();
        server.closeAllConnections();
        server.close();
      });
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      io.on('connection', (client) => {
        const cookie = client.request.headers.cookie ?? '';
        const id = decodeURIComponent(/connect\.sid=([^;]+)/.exec(cookie)?.[1] ?? '');
        store.get(id, (_error, found) => client.send({ user: found?.user }));
      });

      const { headers } = await request(port, '/login');
      const Cookie = headers['set-cookie']?.split(';')[0] ?? '';
      for (const driver of [
        new WebsocketDriver(port, { headers: { Cookie } }),
        new XhrPollingDriver(port, { headers: { Cookie } }),
      ]) {
        await driver.open();
        expect(await driver.next()).to.deep.equal({ user: 'ann' });
      }
    });
  }
});

const fixture = (name: string): Buffer =>
  readFileSync(resolve(__dirname, '../../../test/fixtures', name));

describe('Listener on an https server', () => {
  const ca = fixture('localhost.crt');
  let port: number;

  beforeEach(async () => {
    const server = createTlsServer({ cert: ca, key: fixture('localhost.key') }, page);
    const io = listen(server, QUIET);
    server.listen(0, '127.0.0.1');
    port = await echoOf(io, server);
  });

  const options = { ca, servername: 'localhost', agent: false } as const;

  async function get(path: string): Promise<string> {
    const asked = getSecurely({ ...options, host: '127.0.0.1', port, path });
    const [response] = (await once(asked, 'response')) as [NodeJS.ReadableStream];
    let body = '';
    for await (const chunk of response) body += String(chunk);
    return body;
  }

  it('serves a session over wss', async () => {
    const socket = new WebSocket(`wss://127.0.0.1:${port}/socket.io/websocket`, options);
    afterThisTest(() => socket.terminate());
    const [id] = (await once(socket, 'message')) as [Buffer];
    expect(decode(id.toString())[0]).to.match(/^\d{38}$/);
    socket.send(encode('hello'));
    const [echo] = (await once(socket, 'message')) as [Buffer];
    expect(echo.toString()).to.equal(encode({ echo: 'hello' }));
  });

  it('opens a session over polls, and leaves pages to the application', async () => {
    expect(await get('/socket.io/xhr-polling/')).to.match(/^~m~38~m~\d{38}$/);
    expect(await get('/')).to.equal('its own page');
  });
});
