import { expect } from 'chai';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { WebSocketServer } from 'ws';
import { Socket } from '../../../../client/node/index.js';
import { afterThisTest } from '../../../support/cleanup.js';
import { Queue } from '../../../support/queue.js';
import { serve } from '../../../support/server.js';
import { AT_ONCE, RecordedSocket } from '../support.js';

const V1 = { protocol: '0.9', ...AT_ONCE } as const;

const beforeConnect = ({ attempt }: { attempt: number }) => ({
  query: { token: `t${attempt}` },
});

for (const transport of ['websocket', 'hixie-76', 'xhr-polling']) {
  describe(`the Node client with protocol 0.9 over ${transport}`, () => {
    const options = { ...V1, transports: [transport] };

    it('exchanges messages of every kind, in order, also those sent before it connects', async () => {
      const { io, port } = await serve();
      const received = new Queue<unknown>();
      io.on('connection', (client) => {
        client.on('message', (message) => received.push(message));
        client.send('grüße 😀').send({ a: [1, null] });
        client.events.emit('message', 'named');
      });
      const socket = new RecordedSocket(`http://127.0.0.1:${port}`, options);
      socket.socket
        .send(['one\ntwo', { b: 1 }])
        .send('\ufffd3\ufffdx')
        .connect();
      for (const message of ['grüße 😀', { a: [1, null] }, 'named']) {
        // oxlint-disable-next-line eslint/no-await-in-loop -- one message after the other
        expect(await socket.message()).to.deep.equal(message);
      }
      for (const message of ['one\ntwo', { b: 1 }, '\ufffd3\ufffdx']) {
        // oxlint-disable-next-line eslint/no-await-in-loop -- one message after the other
        expect(await received.next('a message')).to.deep.equal(message);
      }
      expect(socket.socket.sessionId).to.equal(Object.keys(io.clients)[0]);
    });

    it('answers in the session of the question only', async () => {
      const { io, port } = await serve();
      const answers = new Queue<unknown>();
      let questions = 0;
      io.on('connection', (client) => {
        const number = ++questions;
        client.events.emit('ask', (answer: unknown) => answers.push([number, answer]));
      });
      const socket = new Socket(`http://127.0.0.1:${port}`, options);
      afterThisTest(() => socket.disconnect());
      const answerers = new Queue<(value: string) => void>();
      socket.of().events.on('ask', (answer: (value: string) => void) => answerers.push(answer));
      socket.connect();
      const late = await answerers.next('the first question');
      socket.transport?.onDisconnect();
      const own = await answerers.next('the second question');
      late('late');
      own('own');
      expect(await answers.next('an answer')).to.deep.equal([2, 'own']);
    });

    it('takes an event for a message of messageTimeout', async () => {
      const { io, port } = await serve();
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, {
        ...options,
        messageTimeout: 2_000_000,
      });
      let restarts = 0;
      const { socket } = recorded;
      const restart = socket._onReceived.bind(socket);
      socket._onReceived = () => {
        restarts++;
        restart();
      };
      const ticks = new Queue<string>();
      socket.of().events.on('tick', () => ticks.push('tick'));
      io.on('connection', (client) => client.events.emit('tick'));
      socket.connect();
      await ticks.next('an event');
      expect(restarts).to.equal(1);
    });

    it('exchanges events with answers and receipts both ways, in the root and in an endpoint', async () => {
      const { io, port } = await serve();
      io.of('/chat').on('connection', (member) => {
        member.events.on('add', (a: number, b: number, answer: (sum: number) => void) => {
          answer(a + b);
        });
        member.events.emit('ask', 'name', (name: unknown) => member.send({ name }));
      });
      io.on('connection', (client) => {
        client.events.on('twice', (n: number, answer: (n: number) => void) => answer(n * 2));
      });
      const socket = new Socket(`http://127.0.0.1:${port}`, options);
      afterThisTest(() => socket.disconnect());
      const chat = socket.of('/chat');
      const results = new Queue<unknown>();
      chat.events.on('ask', (_what: string, answer: (name: string) => void) => answer('Ada'));
      chat.on('message', (message) => results.push(message));
      chat.events.emit('add', 1, 2, (sum: unknown) => {
        results.push(sum);
        socket.of().events.emit('twice', 4, (n: unknown) => results.push(n));
      });
      socket.connect();
      const all = [await results.next('a'), await results.next('b'), await results.next('c')];
      expect(all).to.deep.include({ name: 'Ada' });
      expect(all.filter((one) => typeof one === 'number')).to.deep.equal([3, 8]);
    });

    it('rejoins endpoints in a new session, with a token fetched anew', async () => {
      const { io, port } = await serve();
      const tokens = new Queue<unknown>();
      io.of('/chat').on('connection', ({ client }) => {
        tokens.push(client.handshake?.query['token']);
      });
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, {
        ...options,
        beforeConnect,
      });
      const { socket } = recorded;
      socket.of('/chat');
      socket.connect();
      expect(await tokens.next('a token')).to.equal('t0');
      const first = socket.sessionId;
      socket.transport?.onDisconnect();
      await recorded.next('reconnect');
      expect(await tokens.next('a token')).to.equal('t1');
      expect(socket.sessionId).not.to.equal(first);
    });

    it('closes its session, after its last messages', async () => {
      const { io, port } = await serve();
      const ends = new Queue<unknown>();
      io.on('connection', (client) => {
        client.on('message', (message) => ends.push(message));
        client.on('disconnect', (reason) => ends.push(reason));
      });
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, options);
      recorded.socket.connect();
      await recorded.next('connect');
      recorded.socket.send('last').disconnect();
      expect(await ends.next('a message')).to.equal('last');
      expect(await ends.next('the end')).to.equal('client close');
    });

    // Between two polls the session just ends: the answer to the next poll requests a reconnect.
    if (transport === 'xhr-polling') return;

    it('does not reconnect when the server has ended the session', async () => {
      const { io, port } = await serve();
      io.on('connection', (client) => {
        client.on('message', () => client.disconnect());
      });
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, options);
      recorded.socket.connect().send('end me');
      await recorded.next('disconnect');
      expect([recorded.socket.reconnecting, recorded.socket.connecting]).to.deep.equal([
        false,
        false,
      ]);
    });
  });
}

describe('the Node client with protocol 0.9', () => {
  it('emits the refusal of a handshake, with the sentence of the server', async () => {
    const { port } = await serve({ authorize: () => false });
    const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, { ...V1, reconnect: false });
    recorded.socket.connect();
    const [, error] = await recorded.next('error');
    expect(error).to.include({ code: 'ERR_SIO_REFUSED', statusCode: 403 });
    expect(error).to.have.property('serverMessage', 'handshake unauthorized');
    await recorded.next('connect_failed');
  });

  it('emits connect_failed at an endpoint that refuses the client', async () => {
    const { io, port } = await serve();
    io.of('/closed', { authorize: () => false });
    const socket = new Socket(`http://127.0.0.1:${port}`, V1);
    afterThisTest(() => socket.disconnect());
    const refused = once(socket.of('/closed'), 'connect_failed');
    socket.connect();
    await refused;
    expect(socket.of('/closed').connected).to.equal(false);
  });

  it('uses xhr-polling if the server does not offer websocket', async () => {
    const { port } = await serve({ transports: ['xhr-polling'] });
    const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, V1);
    recorded.socket.connect();
    expect(await recorded.next('connecting')).to.deep.equal(['connecting', 'xhr-polling']);
    await recorded.next('connect');
  });

  it('reports a server without a common transport, and one that answers otherwise', async () => {
    const { port } = await serve({ transports: ['htmlfile'] });
    const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, { ...V1, reconnect: false });
    recorded.socket.connect();
    const [, error] = await recorded.next('error');
    expect(error)
      .to.have.property('message')
      .that.matches(/only htmlfile$/);
  });

  it('takes its timeouts from the handshake', async () => {
    const { port } = await serve();
    const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, V1);
    recorded.socket.connect();
    await recorded.next('connect');
    const { heartbeatTimeout } = recorded.socket.handshake as { heartbeatTimeout: number };
    expect(heartbeatTimeout).to.be.greaterThan(0);
    expect(recorded.socket.transport?.options.timeout).to.equal(heartbeatTimeout);
  });

  it('reconnects when the server is silent for longer than the timeout', async () => {
    const { port } = await serve();
    const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, {
      ...V1,
      transportOptions: { websocket: { timeout: 50 } },
    });
    recorded.socket.connect();
    await recorded.next('connect');
    await recorded.next('reconnect');
  });

  it('rejects endpoints with protocol 0.6, and delivery and unsuitable transports with 0.9', () => {
    expect(() => new Socket('http://localhost').of('/chat')).to.throw(TypeError, 'of() needs');
    expect(() => new Socket('http://localhost', { protocol: '0.9', delivery: true })).to.throw(
      TypeError,
      'Expected `delivery` only',
    );
    const transports = ['server-events'];
    expect(() => new Socket('ws://localhost', { protocol: '0.9', transports })).to.throw(
      TypeError,
      "Expected `transports` to have one of websocket, xhr-polling, hixie-76 with `protocol: '0.9'`, got 'server-events'",
    );
    expect(() => new Socket('ws://localhost', { handshake: false })).to.throw(
      TypeError,
      'Expected `handshake: false` only',
    );
  });
});

describe('the Node client with `handshake: false`', () => {
  it('exchanges packets with a bare WebSocket at the URL, and reconnects', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    afterThisTest(() => server.close());
    await once(server, 'listening');
    const paths: unknown[] = [];
    const received = new Queue<string>();
    server.on('connection', (ws, request) => {
      paths.push(request.url);
      ws.on('message', (data: Buffer) => {
        received.push(data.toString());
        ws.send('2::');
        ws.send('3:::SETD^i.0.mute^1\nSETD^i.1.mute^0');
      });
    });
    const { port } = server.address() as AddressInfo;
    const recorded = new RecordedSocket(`ws://127.0.0.1:${port}/`, { ...V1, handshake: false });
    recorded.socket.connect().send('ALIVE');
    expect(await received.next('a packet')).to.equal('3:::ALIVE');
    expect(await recorded.message()).to.equal('SETD^i.0.mute^1\nSETD^i.1.mute^0');
    expect(await received.next('a heartbeat')).to.equal('2::');
    for (const ws of server.clients) ws.terminate();
    await recorded.next('reconnect');
    expect(paths).to.deep.equal(['/', '/']);
  });
});

describe('the Node client with protocol 0.6 over hixie-76', () => {
  it('exchanges messages, also after a reconnect', async () => {
    const { io, port } = await serve();
    io.on('connection', (client) => client.on('message', (message) => client.send(message)));
    const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, {
      ...AT_ONCE,
      transports: ['hixie-76'],
    });
    recorded.socket.connect().send({ a: 'ü' });
    expect(await recorded.message()).to.deep.equal({ a: 'ü' });
    recorded.socket.transport?.onDisconnect();
    await recorded.next('reconnect');
    recorded.socket.send('again');
    expect(await recorded.message()).to.equal('again');
  });
});
