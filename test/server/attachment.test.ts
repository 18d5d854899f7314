import { expect } from 'chai';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import { listen } from '../../lib/index.js';
import { afterThisTest } from '../support/cleanup.js';
import { WebsocketDriver, XhrPollingDriver } from '../support/drivers/index.js';
import { framed } from '../support/payload.js';
import { appListener, listenOnLoopback, QUIET, serve } from '../support/server.js';
import { RawSocket, request, requestBytes } from '../support/raw.js';

/** A listener that answers with its name and the path. */
function answering(name: string): RequestListener {
  return (incoming, response) => {
    if (!response.writableEnded) response.end(`${name} ${incoming.url}`);
  };
}

async function upgrade(port: number, path: string): Promise<RawSocket> {
  const raw = await RawSocket.connect(port);
  return raw.write(
    requestBytes(path, { headers: { Connection: 'Upgrade', Upgrade: 'WebSocket' } }),
  );
}

/** A WebSocket server of the app, which greets clients at `path`. */
function greetAt(server: Server, path: string): void {
  const own = new WebSocketServer({ server, path });
  own.on('connection', (socket) => socket.send('greetings of the app'));
  afterThisTest(() => {
    for (const client of own.clients) client.terminate();
    own.close();
  });
}

async function greeting(port: number, path: string): Promise<string> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  afterThisTest(() => socket.terminate());
  const [message] = (await once(socket, 'message')) as [Buffer];
  return message.toString();
}

describe('request of an attached server', () => {
  it('reaches the earlier listeners, in order and with `this` the server, if it is not ours', async () => {
    const calls: unknown[] = [];
    const server = createServer();
    server.on('request', function (this: unknown, incoming) {
      calls.push('first', this === server, incoming.url);
    });
    server.on('request', function (this: unknown, incoming, response) {
      calls.push('second', this === server, incoming.url);
      response.end('app');
    });
    listen(server, QUIET);
    const port = await listenOnLoopback(server);
    for (const path of ['/', '/socket.io', '/socket.io/', '/socket.io/toString', '/socket.io-x/']) {
      calls.length = 0;
      expect((await request(port, path)).body).to.equal('app');
      expect(calls).to.deep.equal(['first', true, path, 'second', true, path]);
    }
    calls.length = 0;
    await new XhrPollingDriver(port).open();
    expect(calls).to.deep.equal([]);
  });

  it('is hidden from later listeners if a Listener handles it, and only then', async () => {
    const seen: (string | undefined)[] = [];
    const { server, port } = await serve();
    server.on('request', (incoming) => seen.push(incoming.url));
    const driver = await new XhrPollingDriver(port).open();
    await driver.send(framed('hello'));
    expect(seen).to.deep.equal([]);
    expect((await request(port, '/other')).body).to.equal('app');
    expect(seen).to.deep.equal(['/other']);
  });

  it('reaches handlers that apps of 2011 have inserted before ours', async () => {
    const { server, port } = await serve();
    const seen: (string | undefined)[] = [];
    const ours = server.listeners('request') as RequestListener[];
    server.removeAllListeners('request');
    server.on('request', (incoming, response) => {
      seen.push(incoming.url?.split('/')[1]);
      if (incoming.url === '/first') response.end('the front');
      else for (const listener of ours) listener.call(server, incoming, response);
    });
    expect((await request(port, '/first')).body).to.equal('the front');
    expect((await request(port, '/second')).body).to.equal('app');
    const driver = await new XhrPollingDriver(port).open();
    expect(driver.sessionId).to.match(/^\d{38}$/);
    expect(seen.slice(0, 3)).to.deep.equal(['first', 'second', 'socket.io']);
  });

  it('reaches the Listener of its resource, or the application', async () => {
    const server = createServer(appListener);
    const one = listen(server, { ...QUIET, resource: 'one' });
    const deep = listen(server, { ...QUIET, resource: 'one/deep' });
    const port = await listenOnLoopback(server);
    const onOne = await new XhrPollingDriver(port, { resource: 'one' }).open();
    const onDeep = await new XhrPollingDriver(port, { resource: 'one/deep' }).open();
    const onSocket = await new WebsocketDriver(port, { resource: 'one/deep' }).open();
    expect(Object.keys(one.clients)).to.deep.equal([onOne.sessionId]);
    expect(Object.keys(deep.clients)).to.deep.equal([onDeep.sessionId, onSocket.sessionId]);
    expect((await request(port, '/socket.io/xhr-polling/')).body).to.equal('app');
    one.close();
    expect((await request(port, '/one/xhr-polling/')).body).to.equal('app');
    expect(await onDeep.send(framed('still here'))).to.equal(undefined);
    deep.close();
    expect((await request(port, '/one/deep/xhr-polling/')).body).to.equal('app');
  });

  it('reaches the application once every Listener is closed', async () => {
    const server = createServer(appListener);
    const own = server.listeners('request');
    listen(server, QUIET).close();
    expect(server.listeners('request')).to.deep.equal(own);
    expect(server.listenerCount('upgrade')).to.equal(0);
    const again = listen(server, QUIET);
    const port = await listenOnLoopback(server);
    await new XhrPollingDriver(port).open();
    expect(Object.keys(again.clients).length).to.equal(1);
    again.close().close();
    expect((await request(port, '/socket.io/xhr-polling/')).body).to.equal('app');
  });

  it('stays unanswered if it has no handler, as without this package', async () => {
    const server = createServer();
    listen(server, QUIET);
    const port = await listenOnLoopback(server);
    const raw = await RawSocket.connect(port);
    raw.write(requestBytes('/unclaimed'));
    raw.write(requestBytes('/socket.io/xhr-polling/42/'));
    // the answer to the second waits for the first
    await new XhrPollingDriver(port).open();
    expect(raw.bytes.length).to.equal(0);
  });

  it('may have a URL in absolute form', async () => {
    const { port, io } = await serve();
    const { status, body } = await request(port, 'http://localhost/socket.io/xhr-polling//1');
    expect(status).to.equal(200);
    expect(body).to.equal(framed(Object.keys(io.clients)[0] ?? ''));
  });
});

describe('upgrade of an attached server', () => {
  it('is refused with a response if it has no handler', async () => {
    const { port } = await serve();
    for (const path of [
      '/',
      '/chat',
      '/socket.io',
      '/socket.io/',
      '/socket.io/nothing',
      '/socket.io/socket.io.js',
    ]) {
      const raw = await upgrade(port, path);
      const { status, body } = await raw.readResponse();
      expect([path, status, body]).to.deep.equal([
        path,
        404,
        'No handler for upgrades at this path',
      ]);
      await raw.ended();
    }
  });

  it('is left to other listeners, added before or after, if it is not ours', async () => {
    const server = createServer(appListener);
    greetAt(server, '/before');
    listen(server, QUIET);
    const port = await listenOnLoopback(server);
    expect(await greeting(port, '/before')).to.equal('greetings of the app');
    expect((await new WebsocketDriver(port).open()).sessionId).to.match(/^\d{38}$/);
  });

  it('is hidden from a WebSocket server added later if it is ours', async () => {
    const { server, port, io } = await serve();
    const seen: (string | undefined)[] = [];
    server.on('upgrade', (incoming) => seen.push(incoming.url));
    greetAt(server, '/after');
    const driver = await new WebsocketDriver(port).open();
    expect(seen).to.deep.equal([]);
    expect(Object.keys(io.clients)).to.deep.equal([driver.sessionId]);
    expect(await greeting(port, '/after')).to.equal('greetings of the app');
    expect(seen).to.deep.equal(['/after']);
  });

  it('is left to an earlier listener that has handled it', async () => {
    const server = createServer(appListener);
    const own = new WebSocketServer({ noServer: true });
    const io = listen(server, QUIET);
    server.prependListener('upgrade', (incoming, socket, head) => {
      own.handleUpgrade(incoming, socket, head, (taken) => taken.send('taken'));
    });
    const port = await listenOnLoopback(server);
    afterThisTest(() => own.clients.forEach((client) => client.terminate()));
    expect(await greeting(port, '/socket.io/websocket')).to.equal('taken');
    expect(io.clients).to.deep.equal({});
  });

  it('is refused by transports without upgrades; requests by those that need one', async () => {
    const { io, port } = await serve();
    const refused: unknown[] = [];
    io.on('refused', ({ code, request: { url } }) => refused.push([code, url]));
    const raw = await upgrade(port, '/socket.io/xhr-polling');
    expect((await raw.readResponse()).status).to.equal(400);
    await raw.ended();
    const { status, headers } = await request(port, '/socket.io/websocket');
    expect(status).to.equal(426);
    expect(headers).to.include({ upgrade: 'websocket' });
    expect(refused).to.deep.equal([
      ['ERR_SIO_UNEXPECTED_UPGRADE', '/socket.io/xhr-polling'],
      ['ERR_SIO_UPGRADE_REQUIRED', '/socket.io/websocket'],
    ]);
  });
});

describe('an application passed as the server', () => {
  it('is attached to the server that it creates, as Express of 2012 did', async () => {
    const app: RequestListener & { listen?: Server['listen'] } = answering('app');
    app.listen = () => {
      throw new Error('This would make another server');
    };
    const io = listen(app, QUIET);
    afterThisTest(() => io.close());
    app.listen(0, '127.0.0.1');
    await once(io.server, 'listening');
    afterThisTest(() => {
      io.server.closeAllConnections();
      io.server.close();
    });
    const { port } = io.server.address() as { port: number };
    expect((await request(port, '/page')).body).to.equal('app /page');
    expect((await new XhrPollingDriver(port).open()).sessionId).to.match(/^\d{38}$/);
  });

  it('may be a plain function', async () => {
    const io = listen(answering('function'), QUIET);
    const port = await listenOnLoopback(io.server);
    expect((await request(port, '/page')).body).to.equal('function /page');
  });
});
