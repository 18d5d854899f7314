import { expect } from 'chai';
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Client } from '../../../lib/index.js';
import type { ClientError } from '../../../client/node/index.js';
import { afterThisTest } from '../../support/cleanup.js';
import { ManualClock } from '../../support/clock.js';
import { listenOnLoopback, serve } from '../../support/server.js';
import { until } from '../../support/wait.js';
import { AT_ONCE, TRANSPORTS, Watched } from './support.js';

const OURS = { transports: [...TRANSPORTS] };

/** Texts that could be changed by a transport. */
const TEXTS = [
  '',
  'grüße 日本語 😀',
  'a\0b\u001f\u007f',
  'two\r\nlines\r\n\n',
  '~m~3~m~abc',
  '~j~{"a":1}',
  '~h~1',
  '&data=x&a=b+c%20d%zz;=',
];

function echo(client: Client): void {
  client.on('message', (message) => client.send(message));
}

/** An agent whose connections can be destroyed, as by a broken network. */
class BreakableAgent extends Agent {
  readonly #sockets: Socket[] = [];

  constructor() {
    super({ keepAlive: true });
    afterThisTest(() => this.destroy());
  }

  override createConnection(
    ...args: Parameters<Agent['createConnection']>
  ): ReturnType<Agent['createConnection']> {
    const socket = super.createConnection(...args);
    this.#sockets.push(socket as Socket);
    return socket;
  }

  breakAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

for (const transport of TRANSPORTS) {
  const only = { transports: [transport], ...AT_ONCE };

  describe(`Socket, over ${transport}`, () => {
    it('connects and exposes the session id of the server', async () => {
      const { io, port } = await serve(OURS);
      const { socket, ...watched } = new Watched(`http://127.0.0.1:${port}`, only);
      expect(socket.sessionId).to.equal(null);
      const connected = new Promise<void>((resolve) => socket.connect(resolve));
      expect([socket.connecting, socket.connected]).to.deep.equal([true, false]);
      await connected;
      expect([socket.connecting, socket.connected]).to.deep.equal([false, true]);
      expect(Object.keys(io.clients)).to.deep.equal([socket.sessionId]);
      expect(socket.handshake).to.equal(socket.sessionId);
      expect(socket.transport?.type).to.equal(transport);
      expect(watched).to.be.an('object');
    });

    it('sends and receives text, objects and batches', async () => {
      const { io, port } = await serve(OURS);
      io.on('connection', echo);
      const watched = new Watched(`http://127.0.0.1:${port}`, only);
      watched.socket.send('before it connects').connect();
      expect(await watched.message()).to.equal('before it connects');
      for (const text of TEXTS) watched.socket.send(text);
      for (const text of TEXTS) expect(await watched.message()).to.equal(text);
      // a lone surrogate has no UTF-8 encoding, so it travels in JSON
      watched.socket.send({ surrogate: 'a lone \ud800' });
      expect(await watched.message()).to.deep.equal({ surrogate: 'a lone \ud800' });
      watched.socket.send([{ a: [1, null] }, 'b', 3]);
      expect(await watched.message()).to.deep.equal({ a: [1, null] });
      expect(await watched.message()).to.equal('b');
      expect(await watched.message()).to.equal('3');
    });

    it('echoes heartbeats and emits heartbeat', async () => {
      const clock = new ManualClock();
      const timings = { timeout: 1e9, heartbeatInterval: 10_000, duration: 1e9 };
      const served = await serve({ ...OURS, clock, transportOptions: { [transport]: timings } });
      const watched = new Watched(`http://127.0.0.1:${served.port}`, only);
      watched.socket.connect();
      await watched.next('connect');
      const client = await served.client(watched.socket.sessionId ?? '');
      // the interval of a heartbeat begins with the echo of the previous one
      for (const number of ['1', '2', '3']) {
        const heartbeat = watched.next('heartbeat');
        let isThere = false;
        void heartbeat.then(() => (isThere = true));
        await until(() => {
          clock.tick(500);
          return isThere;
        }, 'a heartbeat');
        expect(await heartbeat).to.deep.equal(['heartbeat', number]);
      }
      expect(client.connected).to.equal(true);
    });

    it('resumes its session and loses no waiting message', async () => {
      const served = await serve({
        ...OURS,
        transportOptions: { [transport]: { closeTimeout: 1e4 } },
      });
      const agent = new BreakableAgent();
      const received: unknown[] = [];
      served.io.on('clientMessage', (message) => received.push(message));
      const watched = new Watched(`http://127.0.0.1:${served.port}`, { ...only, agent });
      watched.socket.connect();
      await watched.next('connect');
      const id = watched.socket.sessionId;
      const client = await served.client(id ?? '');
      await until(() => client._open, 'a connection to break');
      const noticed = once(client.connection, 'close');
      agent.breakAll();
      await watched.next('disconnect');
      await noticed;
      watched.socket.send('from the client');
      client.send('from the server');
      await watched.next('reconnect');
      expect(watched.socket.sessionId).to.equal(id);
      expect(await watched.message()).to.equal('from the server');
      await until(() => received.length > 0, 'the message');
      expect(received).to.deep.equal(['from the client']);
      expect(watched.socket.reconnecting).to.equal(false);
    });

    it('starts a new session if the server has dropped the old one', async () => {
      const served = await serve({
        ...OURS,
        transportOptions: { [transport]: { closeTimeout: 0 } },
      });
      const watched = new Watched(`http://127.0.0.1:${served.port}`, only);
      watched.socket.connect();
      await watched.next('connect');
      const id = watched.socket.sessionId;
      served.io.clients[id ?? '']?._onDisconnect();
      await watched.next('disconnect');
      await watched.next('connect');
      expect(watched.socket.sessionId).to.match(/^\d{38}$/);
      expect(watched.socket.sessionId).to.not.equal(id);
    });

    it('delivers sent messages before the close request', async () => {
      const { io, port } = await serve(OURS);
      const events: unknown[] = [];
      io.on('clientMessage', (message) => events.push(message));
      io.on('clientDisconnect', (_client, reason) => events.push(reason));
      const watched = new Watched(`http://127.0.0.1:${port}`, only);
      watched.socket.connect();
      await watched.next('connect');
      watched.socket.send('one').send('two').disconnect();
      expect(await watched.rest()).to.deep.equal(['disconnect']);
      await until(() => events.length === 3, 'the session to end');
      const reason = transport === 'websocket' ? 'transport close' : 'client close';
      expect(events).to.deep.equal(['one', 'two', reason]);
    });

    it('emits error and connect_failed if the connection is refused', async () => {
      const watched = new Watched('http://127.0.0.1:1', only);
      watched.socket.connect();
      const [, error] = await watched.next('error');
      expect(error).to.have.property('code', 'ECONNREFUSED');
      await watched.next('connect_failed');
      expect(watched.socket.connecting).to.equal(false);
    });

    it('emits reconnect_failed after maxReconnectionAttempts', async () => {
      const served = await serve(OURS);
      const agent = new BreakableAgent();
      const options = { ...only, agent, maxReconnectionAttempts: 2 };
      const watched = new Watched(`http://127.0.0.1:${served.port}`, options);
      watched.socket.connect();
      await watched.next('connect');
      served.server.close();
      agent.breakAll();
      await watched.next('disconnect');
      const emitted: unknown[] = [];
      for (const name of ['connecting', 'reconnecting']) {
        watched.socket.on(name, () => emitted.push(name));
      }
      await watched.next('reconnect_failed');
      expect(watched.socket.reconnectionAttempts).to.equal(2);
      expect(emitted.slice(0, 2)).to.deep.equal(['connecting', 'reconnecting']);
    });

    it('emits error if the server refuses it', async () => {
      const { io, port } = await serve({ ...OURS, origins: 'good.example:*' });
      const url = `http://127.0.0.1:${port}`;
      const bad = new Watched(url, { ...only, origin: 'http://bad.example' });
      bad.socket.send('by a POST').connect();
      const [, error] = await bad.next('error');
      expect(String(error)).to.match(/40[13]/);
      bad.socket.disconnect();
      const good = new Watched(url, { ...only, origin: 'http://good.example' });
      good.socket.send('hello').connect();
      expect(await new Promise((resolve) => io.on('clientMessage', resolve))).to.equal('hello');
    });

    it('sends headers, cookies, credentials and query with every request', async () => {
      const served = await serve(OURS);
      const requests: IncomingMessage[] = [];
      served.server.prependListener('request', (request) => requests.push(request));
      served.server.prependListener('upgrade', (request) => requests.push(request));
      const agent = new Agent({ keepAlive: true });
      afterThisTest(() => agent.destroy());
      const watched = new Watched(`http://ann:secret@127.0.0.1:${served.port}/?token=1`, {
        ...only,
        agent,
        headers: { 'X-Test': 'yes' },
        cookies: { user: 'ann' },
      });
      watched.socket.send('a message').connect();
      await watched.next('connect');
      const client = await served.client(watched.socket.sessionId ?? '');
      await new Promise((resolve) => client.on('message', resolve));
      watched.socket.disconnect();
      await until(() => !client.connected, 'the session to end');
      expect(requests.length).to.be.at.least(transport === 'websocket' ? 1 : 3);
      for (const { headers, url } of requests) {
        expect(headers).to.include({
          'x-test': 'yes',
          cookie: 'user=ann',
          authorization: `Basic ${Buffer.from('ann:secret').toString('base64')}`,
        });
        expect(url).to.match(/\?token=1$/);
      }
    });

    it('does not decode or encode text with raw', async () => {
      const { io, port } = await serve(OURS);
      const received: unknown[] = [];
      io.on('clientMessage', (message) => received.push(message));
      io.on('connection', (client) => client.send({ a: 1 }).send('plain'));
      const watched = new Watched(`http://127.0.0.1:${port}`, { ...only, raw: true });
      watched.socket.connect();
      expect(await watched.message()).to.equal('~j~{"a":1}');
      expect(await watched.message()).to.equal('plain');
      watched.socket.send('~j~{"b":2}').send({ c: 3 });
      await until(() => received.length === 2, 'the messages');
      expect(received).to.deep.equal([{ b: 2 }, { c: 3 }]);
    });

    it('disconnects from a server that sends more than maxPayload', async () => {
      const { io, port } = await serve(OURS);
      io.on('connection', (client) => client.send('x'.repeat(100)));
      io.on('connection', (client) => client.on('message', () => client.send('x'.repeat(70_000))));
      const options = { ...only, maxPayload: 65_536, reconnect: false };
      const watched = new Watched(`http://127.0.0.1:${port}`, options);
      watched.socket.connect();
      expect(await watched.message()).to.have.lengthOf(100);
      watched.socket.send('more');
      const [, error] = await watched.next('error');
      expect((error as ClientError).code).to.be.oneOf([
        'ERR_SIO_TOO_LARGE',
        'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
      ]);
      await watched.next('disconnect');
    });

    it('emits connect_failed after one request to another kind of server', async () => {
      const { server, port } = await serve(OURS);
      let requests = 0;
      server.on('request', () => requests++);
      const watched = new Watched(`http://127.0.0.1:${port}/not-here`, only);
      watched.socket.connect();
      await watched.next('connect_failed');
      expect(requests).to.be.at.most(1);
    });

    it('emits connect_failed if there is no response within connectTimeout', async () => {
      const server = createServer();
      server.on('upgrade', (_request, socket) => afterThisTest(() => socket.destroy()));
      const port = await listenOnLoopback(server);
      const options = { ...only, connectTimeout: 30 };
      const watched = new Watched(`http://127.0.0.1:${port}`, options);
      watched.socket.connect();
      await watched.next('connect_failed');
    });
  });
}

describe('Socket', () => {
  it('falls back to the next transport', async () => {
    const { port } = await serve({ transports: ['xhr-polling'] });
    const watched = new Watched(`http://127.0.0.1:${port}`);
    watched.socket.connect();
    await watched.next('connect');
    expect(watched.socket.transport?.type).to.equal('xhr-polling');
  });

  it('sends back cookies that a load balancer sets', async () => {
    const served = await serve(OURS);
    const cookies: (string | undefined)[] = [];
    served.server.prependListener('request', (request: IncomingMessage, response) => {
      cookies.push(request.headers.cookie);
      response.setHeader('Set-Cookie', 'node=a1; Path=/');
    });
    const watched = new Watched(`http://127.0.0.1:${served.port}`, { transports: ['xhr-polling'] });
    watched.socket.connect();
    await watched.next('connect');
    await until(() => cookies.length >= 2, 'the second poll');
    expect(cookies.slice(0, 2)).to.deep.equal([undefined, 'node=a1']);
  });

  it('retries a request on a kept-alive connection that the server was closing', async () => {
    const served = await serve(OURS);
    const agent = new Agent({ keepAlive: true, maxSockets: 2 });
    afterThisTest(() => agent.destroy());
    const watched = new Watched(`http://127.0.0.1:${served.port}`, {
      transports: ['xhr-polling'],
      agent,
    });
    watched.socket.send('first').connect();
    await watched.next('connect');
    const client = await served.client(watched.socket.sessionId ?? '');
    await new Promise((resolve) => client.once('message', resolve));
    await until(() => Object.keys(agent.freeSockets).length === 1, 'the POST to be over');
    served.server.closeIdleConnections();
    watched.socket.send('second');
    expect(await new Promise((resolve) => client.once('message', resolve))).to.equal('second');
    expect(await watched.rest()).to.not.include('disconnect');
  });
});
