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
import { AT_ONCE, TRANSPORTS, RecordedSocket } from './support.js';

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
      const { socket, ...recorded } = new RecordedSocket(`http://127.0.0.1:${port}`, only);
      expect(socket.sessionId).to.equal(null);
      const connected = new Promise<void>((resolve) => socket.connect(resolve));
      expect([socket.connecting, socket.connected]).to.deep.equal([true, false]);
      await connected;
      expect([socket.connecting, socket.connected]).to.deep.equal([false, true]);
      expect(Object.keys(io.clients)).to.deep.equal([socket.sessionId]);
      expect(socket.handshake).to.equal(socket.sessionId);
      expect(socket.transport?.type).to.equal(transport);
      expect(recorded).to.be.an('object');
    });

    it('sends and receives text, objects and batches', async () => {
      const { io, port } = await serve(OURS);
      io.on('connection', echo);
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, only);
      recorded.socket.send('before it connects').connect();
      expect(await recorded.message()).to.equal('before it connects');
      for (const text of TEXTS) recorded.socket.send(text);
      for (const text of TEXTS) expect(await recorded.message()).to.equal(text);
      // a lone surrogate has no UTF-8 encoding, so it travels in JSON
      recorded.socket.send({ surrogate: 'a lone \ud800' });
      expect(await recorded.message()).to.deep.equal({ surrogate: 'a lone \ud800' });
      recorded.socket.send([{ a: [1, null] }, 'b', 3]);
      expect(await recorded.message()).to.deep.equal({ a: [1, null] });
      expect(await recorded.message()).to.equal('b');
      expect(await recorded.message()).to.equal('3');
    });

    it('echoes heartbeats and emits heartbeat', async () => {
      const clock = new ManualClock();
      const timings = { timeout: 1e9, heartbeatInterval: 10_000, duration: 1e9 };
      const served = await serve({ ...OURS, clock, transportOptions: { [transport]: timings } });
      const recorded = new RecordedSocket(`http://127.0.0.1:${served.port}`, only);
      recorded.socket.connect();
      await recorded.next('connect');
      const client = await served.client(recorded.socket.sessionId ?? '');
      // the interval of a heartbeat begins with the echo of the previous one
      for (const number of ['1', '2', '3']) {
        const heartbeat = recorded.next('heartbeat');
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
      const recorded = new RecordedSocket(`http://127.0.0.1:${served.port}`, { ...only, agent });
      recorded.socket.connect();
      await recorded.next('connect');
      const id = recorded.socket.sessionId;
      const client = await served.client(id ?? '');
      await until(() => client._open, 'a connection to break');
      const noticed = once(client.connection, 'close');
      agent.breakAll();
      await recorded.next('disconnect');
      await noticed;
      recorded.socket.send('from the client');
      client.send('from the server');
      await recorded.next('reconnect');
      expect(recorded.socket.sessionId).to.equal(id);
      expect(await recorded.message()).to.equal('from the server');
      await until(() => received.length > 0, 'the message');
      expect(received).to.deep.equal(['from the client']);
      expect(recorded.socket.reconnecting).to.equal(false);
    });

    it('starts a new session if the server has dropped the old one', async () => {
      const served = await serve({
        ...OURS,
        transportOptions: { [transport]: { closeTimeout: 0 } },
      });
      const recorded = new RecordedSocket(`http://127.0.0.1:${served.port}`, only);
      recorded.socket.connect();
      await recorded.next('connect');
      const id = recorded.socket.sessionId;
      served.io.clients[id ?? '']?._onDisconnect();
      await recorded.next('disconnect');
      await recorded.next('connect');
      expect(recorded.socket.sessionId).to.match(/^\d{38}$/);
      expect(recorded.socket.sessionId).to.not.equal(id);
    });

    it('delivers sent messages before the close request', async () => {
      const { io, port } = await serve(OURS);
      const events: unknown[] = [];
      io.on('clientMessage', (message) => events.push(message));
      io.on('clientDisconnect', (_client, reason) => events.push(reason));
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, only);
      recorded.socket.connect();
      await recorded.next('connect');
      recorded.socket.send('one').send('two').disconnect();
      expect(await recorded.rest()).to.deep.equal(['disconnect']);
      await until(() => events.length === 3, 'the session to end');
      expect(events).to.deep.equal(['one', 'two', 'client close']);
    });

    it('emits error and connect_failed if the connection is refused', async () => {
      const recorded = new RecordedSocket('http://127.0.0.1:1', { ...only, reconnect: false });
      recorded.socket.connect();
      const [, error] = await recorded.next('error');
      expect(error).to.have.property('code', 'ECONNREFUSED');
      await recorded.next('connect_failed');
      expect(recorded.socket.connecting).to.equal(false);
    });

    it('emits reconnect_failed after maxReconnectionAttempts', async () => {
      const served = await serve(OURS);
      const agent = new BreakableAgent();
      const options = { ...only, agent, maxReconnectionAttempts: 2 };
      const recorded = new RecordedSocket(`http://127.0.0.1:${served.port}`, options);
      recorded.socket.connect();
      await recorded.next('connect');
      served.server.close();
      agent.breakAll();
      await recorded.next('disconnect');
      const emitted: unknown[] = [];
      for (const name of ['connecting', 'reconnecting']) {
        recorded.socket.on(name, () => emitted.push(name));
      }
      await recorded.next('reconnect_failed');
      expect(recorded.socket.reconnectionAttempts).to.equal(2);
      expect(emitted.slice(0, 2)).to.deep.equal(['connecting', 'reconnecting']);
    });

    it('emits error if the server refuses it', async () => {
      const { io, port } = await serve({ ...OURS, origins: 'good.example:*' });
      const url = `http://127.0.0.1:${port}`;
      const bad = new RecordedSocket(url, { ...only, origin: 'http://bad.example' });
      bad.socket.send('by a POST').connect();
      const [, error] = await bad.next('error');
      expect(String(error)).to.match(/40[13]/);
      bad.socket.disconnect();
      const good = new RecordedSocket(url, { ...only, origin: 'http://good.example' });
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
      const recorded = new RecordedSocket(`http://ann:secret@127.0.0.1:${served.port}/?token=1`, {
        ...only,
        agent,
        headers: { 'X-Test': 'yes' },
        cookies: { user: 'ann' },
      });
      recorded.socket.send('a message').connect();
      await recorded.next('connect');
      const client = await served.client(recorded.socket.sessionId ?? '');
      await new Promise((resolve) => client.on('message', resolve));
      recorded.socket.disconnect();
      await until(() => !client.connected, 'the session to end');
      expect(requests.length).to.be.at.least(transport === 'websocket' ? 1 : 3);
      for (const { headers, url } of requests) {
        expect(headers).to.include({
          'x-test': 'yes',
          cookie: 'user=ann',
          authorization: `Basic ${Buffer.from('ann:secret').toString('base64')}`,
        });
        expect(url).to.match(/[?&]token=1$/);
      }
    });

    it('does not decode or encode text with raw', async () => {
      const { io, port } = await serve(OURS);
      const received: unknown[] = [];
      io.on('clientMessage', (message) => received.push(message));
      io.on('connection', (client) => client.send({ a: 1 }).send('plain'));
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, { ...only, raw: true });
      recorded.socket.connect();
      expect(await recorded.message()).to.equal('~j~{"a":1}');
      expect(await recorded.message()).to.equal('plain');
      recorded.socket.send('~j~{"b":2}').send({ c: 3 });
      await until(() => received.length === 2, 'the messages');
      expect(received).to.deep.equal([{ b: 2 }, { c: 3 }]);
    });

    it('disconnects from a server that sends more than maxPayload', async () => {
      const { io, port } = await serve(OURS);
      io.on('connection', (client) => client.send('x'.repeat(100)));
      io.on('connection', (client) => client.on('message', () => client.send('x'.repeat(70_000))));
      const options = { ...only, maxPayload: 65_536, reconnect: false };
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, options);
      recorded.socket.connect();
      expect(await recorded.message()).to.have.lengthOf(100);
      recorded.socket.send('more');
      const [, error] = await recorded.next('error');
      expect((error as ClientError).code).to.be.oneOf([
        'ERR_SIO_TOO_LARGE',
        'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
      ]);
      await recorded.next('disconnect');
    });

    it('emits connect_failed after one request to another kind of server', async () => {
      const { server, port } = await serve(OURS);
      let requests = 0;
      server.on('request', () => requests++);
      const options = { ...only, reconnect: false };
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}/not-here`, options);
      recorded.socket.connect();
      await recorded.next('connect_failed');
      expect(requests).to.be.at.most(1);
    });

    it('emits connect_failed if there is no response within connectTimeout', async () => {
      const server = createServer();
      server.on('upgrade', (_request, socket) => afterThisTest(() => socket.destroy()));
      const port = await listenOnLoopback(server);
      const options = { ...only, reconnect: false, connectTimeout: 30 };
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, options);
      recorded.socket.connect();
      await recorded.next('connect_failed');
    });
  });
}

describe('Socket', () => {
  it('falls back to the next transport', async () => {
    const { port } = await serve({ transports: ['xhr-polling'] });
    const recorded = new RecordedSocket(`http://127.0.0.1:${port}`);
    recorded.socket.connect();
    await recorded.next('connect');
    expect(recorded.socket.transport?.type).to.equal('xhr-polling');
  });

  it('sends back cookies that a load balancer sets', async () => {
    const served = await serve(OURS);
    const cookies: (string | undefined)[] = [];
    served.server.prependListener('request', (request: IncomingMessage, response) => {
      cookies.push(request.headers.cookie);
      response.setHeader('Set-Cookie', 'node=a1; Path=/');
    });
    const recorded = new RecordedSocket(`http://127.0.0.1:${served.port}`, {
      transports: ['xhr-polling'],
    });
    recorded.socket.connect();
    await recorded.next('connect');
    await until(() => cookies.length >= 2, 'the second poll');
    expect(cookies.slice(0, 2)).to.deep.equal([undefined, 'node=a1']);
  });

  it('retries a request on a kept-alive connection that the server was closing', async () => {
    const served = await serve(OURS);
    const agent = new Agent({ keepAlive: true, maxSockets: 2 });
    afterThisTest(() => agent.destroy());
    const recorded = new RecordedSocket(`http://127.0.0.1:${served.port}`, {
      transports: ['xhr-polling'],
      agent,
    });
    recorded.socket.send('first').connect();
    await recorded.next('connect');
    const client = await served.client(recorded.socket.sessionId ?? '');
    await new Promise((resolve) => client.once('message', resolve));
    await until(() => Object.keys(agent.freeSockets).length === 1, 'the POST to be over');
    served.server.closeIdleConnections();
    recorded.socket.send('second');
    expect(await new Promise((resolve) => client.once('message', resolve))).to.equal('second');
    expect(await recorded.rest()).to.not.include('disconnect');
  });
});
