import { expect } from 'chai';
import { request as httpRequest } from 'node:http';
import { Server as NetServer } from 'node:net';
import { WebSocket } from 'ws';
import { Socket } from '../../client/node/index.js';
import { listen } from '../../lib/index.js';
import { createTestServer, TestServer, type TestError } from '../../lib/testing/index.js';
import { logNothing } from '../../lib/util/log.js';
import { systemClock } from '../../lib/util/timers.js';
import { afterThisTest } from '../support/cleanup.js';

function create(...args: Parameters<typeof createTestServer>): TestServer {
  const t = createTestServer(...args);
  afterThisTest(() => t.close());
  return t;
}

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.catch((reason: TestError) => reason.code);
const messageOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.catch((reason: Error) => reason.message);
const ignore = (): void => undefined;

describe('createTestServer', () => {
  it('opens no port', async () => {
    const original = Object.getOwnPropertyDescriptor(NetServer.prototype, 'listen');
    let calls = 0;
    Object.defineProperty(NetServer.prototype, 'listen', {
      value: () => calls++,
      configurable: true,
    });
    afterThisTest(() => Object.defineProperty(NetServer.prototype, 'listen', original as object));
    const t = create();
    listen(t.server, { transports: ['websocket', 'flashsocket'] });
    const listening = new Promise<void>((resolve) => t.server.listen(8080, '::1', resolve));
    expect(t.server.listening).to.equal(true);
    await listening;
    await t.connect({ transport: 'flashsocket' });
    expect(calls).to.equal(0);
    expect(t.server.address()).to.equal(null);
  });

  it('sets its clock and no log as defaults of its Listeners', () => {
    const t = create();
    const { options } = listen(t.server);
    expect(options.clock).to.equal(t.clock);
    expect(options.flashPolicyServer).to.equal(false);
    expect(options.log).to.equal(logNothing);
  });

  it('does not override options of a Listener', () => {
    const t = create();
    const { options } = listen(t.server, { clock: systemClock, log: ignore });
    expect([options.clock, options.log]).to.deep.equal([systemClock, ignore]);
  });

  it('serves the application', async () => {
    const t = create((request, response) => {
      response.writeHead(201, { 'X-Method': String(request.method) });
      request.pipe(response);
    });
    listen(t.server);
    const { status, headers, body } = await t.request('/a', { body: 'grüße' });
    expect([status, headers['x-method'], body]).to.deep.equal([201, 'POST', 'grüße']);
    expect((await t.request('/a')).headers['x-method']).to.equal('GET');
    expect((await t.request('/a', { method: 'PUT' })).headers['x-method']).to.equal('PUT');
  });

  it('serves the client of the Listener', async () => {
    const t = create();
    listen(t.server);
    const { status, body } = await t.request('/socket.io/socket.io.js');
    expect(status).to.equal(200);
    expect(body).to.include('flashsocket');
  });

  it('has Listeners with different resources', async () => {
    const t = create();
    for (const resource of ['one', 'two']) {
      listen(t.server, { resource }).on('connection', (client) => client.send(resource));
    }
    const one = await t.connect({ resource: 'one' });
    const two = await t.connect({ resource: '/two/', transport: 'xhr-polling' });
    expect([one.messages, two.messages]).to.deep.equal([['one'], ['two']]);
  });

  it('refuses connections once it has been closed', async () => {
    const t = createTestServer();
    const io = listen(t.server);
    const client = await t.connect();
    let isClosed = false;
    t.server.once('close', () => (isClosed = true));
    await t.close();
    expect([isClosed, client.isConnected, t.server.listening]).to.deep.equal([true, false, false]);
    expect(io.clients).to.deep.equal({});
    const error = await t.connect().catch((reason: NodeJS.ErrnoException) => reason);
    expect(error).to.have.property('code', 'ECONNREFUSED');
  });

  it('closes with the application, when its connections have ended', async () => {
    const t = create();
    const io = listen(t.server);
    const client = await t.connect();
    let isClosed = false;
    t.server.close(() => (isClosed = true));
    await t.settle();
    expect(isClosed).to.equal(false);
    void io.close();
    await client.ended();
    await t.settle();
    expect(isClosed).to.equal(true);
  });
});

describe('the options of connect()', () => {
  it('reject an unknown name, with the one that was probably meant', async () => {
    const t = create();
    listen(t.server);
    const connect = (options: object): Promise<unknown> =>
      t.connect(options).catch((reason: Error) => `${reason.name}: ${reason.message}`);
    expect(await connect({ transprt: 'htmlfile' })).to.equal(
      'TypeError: Unknown option `transprt`; did you mean `transport`?',
    );
    expect(await connect({ toString: 1 })).to.equal('TypeError: Unknown option `toString`');
  });

  it('reject an unknown transport, with the one that was probably meant', async () => {
    const t = create();
    listen(t.server);
    const connect = (options: object): Promise<unknown> =>
      t.connect(options).catch((reason: Error) => `${reason.name}: ${reason.message}`);
    expect(await connect({ transport: 'xhr-pooling' })).to.match(
      /^TypeError: Expected `transport` to be one of .*; did you mean 'xhr-polling'\?$/,
    );
    expect(await connect({ protocol: '1' })).to.equal(
      "TypeError: Expected `protocol` to be one of 0.6, 0.9, got '1'",
    );
    expect(await connect({ protocol: '0.7' })).to.equal(
      "TypeError: Expected `protocol` to be one of 0.6, 0.9, got '0.7'; did you mean '0.9'?",
    );
    expect(await connect({ protocol: '0.9', transport: 'server-events' })).to.include(
      "got 'server-events'",
    );
  });

  it('report a Listener that does not have the resource', async () => {
    const t = create((_request, response) => {
      // Middleware of 2011 in other tests has replaced it by one that returns nothing.
      response.writeHead(404);
      response.end('Not here');
    });
    listen(t.server);
    const error = (await t
      .connect({ resource: 'chat', transport: 'xhr-polling' })
      .catch((reason: unknown) => reason)) as TestError;
    expect([error.name, error.code, error.status, error.body]).to.deep.equal([
      'TestError',
      'ERR_SIO_TEST_REFUSED',
      404,
      'Not here',
    ]);
    expect(error.message).to.equal('The server refused with 404: Not here');
  });

  it('report a handshake that the server leaves open', async () => {
    const t = create();
    listen(t.server, { authorize: () => new Promise(() => undefined), handshakeTimeout: 10_000 });
    const connecting = t.connect().catch((reason: unknown) => reason);
    await t.clock.advance(10_000);
    expect(await connecting).to.have.property('status', 503);
  });
});

describe('what a test waits for', () => {
  it('is named in the error if it does not arrive, with the items that did', async () => {
    const t = create();
    listen(t.server).on('connection', (client) => client.send([{ n: 1 }, 'x'.repeat(300)]));
    const client = await t.connect({ timeout: 10 });
    await client.message();
    await client.message();
    const error = (await client.message().catch((reason: unknown) => reason)) as TestError;
    expect(error.code).to.equal('ERR_SIO_TEST_TIMEOUT');
    expect(error.message).to.match(
      /^Expected a message within 10 ms; so far \[ \{ n: 1 \}, 'x+… arrived$/,
    );
    const none = (await client.event().catch((reason: unknown) => reason)) as TestError;
    expect(none.message).to.equal('Expected an event within 10 ms; so far nothing arrived');
  });

  it('may be awaited by one call at a time', async () => {
    const t = create();
    const io = listen(t.server);
    const client = await t.connect();
    const first = client.message();
    const error = await client.message().catch((reason: Error) => reason);
    expect(String(error)).to.equal('Error: Another call already waits for a message');
    io.broadcast('one');
    expect(await first).to.equal('one');
  });

  it('is an endpoint that the Listener does not have', async () => {
    const t = create();
    const io = listen(t.server);
    io.of('/closed', { authorize: () => false });
    const client = await t.connect({ protocol: '0.9', timeout: 10 });
    expect(await codeOf(client.join('/none'))).to.equal('ERR_SIO_TEST_TIMEOUT');
    expect(await codeOf(client.join('/closed'))).to.equal('ERR_SIO_TEST_REFUSED');
  });
});

describe('what clients of 0.6 do not have', () => {
  it('is rejected: answers and endpoints', async () => {
    const t = create();
    listen(t.server);
    const client = await t.connect();
    expect(await messageOf(client.emit('add', 1, () => undefined))).to.equal(
      'Clients of 0.6 have no acknowledgements',
    );
    expect(await messageOf(client.join('/chat'))).to.equal('Clients of 0.6 have no endpoints');
  });
});

describe('the agent', () => {
  it('connects http.request', async () => {
    const t = create((_request, response) => response.end('app'));
    const body = await new Promise<string>((resolve, reject) => {
      httpRequest({ agent: t.agent, host: 'example.com', path: '/' }, (response) => {
        response.setEncoding('utf8').on('data', resolve);
      })
        .on('error', reject)
        .end();
    });
    expect(body).to.equal('app');
  });

  for (const transport of ['websocket', 'server-events', 'xhr-polling']) {
    it(`connects the Node client over ${transport}`, async () => {
      const t = create();
      const io = listen(t.server, { transports: [transport] });
      io.on('clientMessage', (message, client) => client.send({ got: message }));
      const socket = new Socket('http://example.com', { agent: t.agent, transports: [transport] });
      afterThisTest(() => void socket.disconnect());
      const messages: unknown[] = [];
      socket.on('message', (message) => messages.push(message));
      const connected = new Promise<void>((resolve) => socket.connect(resolve));
      await connected;
      socket.send('hello');
      await t.settle();
      expect(messages).to.deep.equal([{ got: 'hello' }]);
    });
  }

  it('connects other WebSockets of the application', async () => {
    const t = create();
    t.server.on('upgrade', (request, socket) => {
      socket.end(`HTTP/1.1 404 ${request.headers.host}\r\nContent-Length: 0\r\n\r\n`);
    });
    const socket = new WebSocket('ws://example.com/other', { agent: t.agent });
    const status = await new Promise((resolve) => {
      socket.on('error', () => undefined);
      socket.once('unexpected-response', (_request, { statusMessage }) => resolve(statusMessage));
    });
    expect(status).to.equal('example.com');
    socket.terminate();
  });
});
