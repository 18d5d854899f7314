/**
 * How the Node client sends: queue, limits of the server, values that cannot be encoded.
 *
 * @module
 */
import { expect } from 'chai';
import type { ClientError } from '../../../client/node/index.js';
import { serve } from '../../support/server.js';
import { until } from '../../support/wait.js';
import { AT_ONCE, TRANSPORTS, RecordedSocket } from './support.js';
import { countCopied } from './work.js';

const OURS = { transports: [...TRANSPORTS] };
const MEBI = 1024 * 1024;

function texts(count: number, length = 0, character = 'x'): string[] {
  return Array.from({ length: count }, (_, n) => `${n}:${character.repeat(length)}`);
}

for (const transport of TRANSPORTS) {
  const only = { transports: [transport], ...AT_ONCE };

  describe(`Socket, sending over ${transport}`, () => {
    it('splits a long queue by the default maxMessages of the server', async () => {
      const { io, port } = await serve(OURS);
      const received: unknown[] = [];
      const refused: unknown[] = [];
      io.on('clientMessage', (message) => received.push(message));
      io.on('refused', (refusal) => refused.push(refusal));
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, only);
      const messages = texts(20_001);
      for (const message of messages) recorded.socket.send(message);
      recorded.socket.connect();
      await until(() => received.length === messages.length, 'the messages');
      expect(received).to.deep.equal(messages);
      expect(refused).to.deep.equal([]);
    });

    it('splits a large queue by the default maxPayload of the server', async () => {
      const { io, port } = await serve(OURS);
      const received: unknown[] = [];
      io.on('clientMessage', (message) => received.push(message));
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, only);
      const messages = texts(12, MEBI);
      recorded.socket.send(messages).connect();
      await until(() => received.length === messages.length, 'the messages');
      expect(received).to.deep.equal(messages);
    });

    it('splits by serverMaxMessages and serverMaxPayload', async () => {
      const { io, port } = await serve({ ...OURS, maxMessages: 10, maxPayload: 1000 });
      const received: unknown[] = [];
      io.on('clientMessage', (message) => received.push(message));
      const options = { ...only, serverMaxMessages: 10, serverMaxPayload: 1000 };
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, options);
      // a space takes three bytes in a form
      const messages = [...texts(100), ...texts(20, 300, ' ')];
      recorded.socket.send(messages).connect();
      await until(() => received.length === messages.length, 'the messages');
      expect(received).to.deep.equal(messages);
      expect(await recorded.rest()).to.not.include('error');
    });

    it('receives what waits in a server with the default maxBuffer', async () => {
      const { io, port } = await serve(OURS);
      const messages = texts(15, MEBI - 100);
      io.on('connection', (client) => {
        client.on('message', () => messages.forEach((message) => client.send(message)));
      });
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, only);
      recorded.socket.send('go').connect();
      for (const message of messages) expect(await recorded.message()).to.equal(message);
      expect(await recorded.rest()).to.not.include('error');
    });

    it('throws at the caller if a message cannot be encoded, and sends the others', async () => {
      const { io, port } = await serve(OURS);
      const received: unknown[] = [];
      io.on('clientMessage', (message) => received.push(message));
      const { socket, ...recorded } = new RecordedSocket(`http://127.0.0.1:${port}`, only);
      const circular: Record<string, unknown> = {};
      circular['self'] = circular;
      socket.send('before');
      expect(() => socket.send(circular)).to.throw(TypeError);
      expect(() => socket.send([{ n: 1n }])).to.throw(TypeError);
      await new Promise<void>((resolve) => socket.connect(resolve));
      expect(() => socket.send(circular)).to.throw(TypeError);
      socket.send('after');
      await until(() => received.length === 2, 'the messages');
      expect(received).to.deep.equal(['before', 'after']);
      expect(recorded).to.be.an('object');
    });

    it('copies each queued message a fixed number of times', async () => {
      const { port } = await serve(OURS);
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, only);
      const messages = texts(2000);
      const unconnected = countCopied(() => messages.forEach((text) => recorded.socket.send(text)));
      expect(unconnected / messages.length).to.be.below(4);
      recorded.socket.connect();
      await recorded.next('connect');
      const connected = countCopied(() => messages.forEach((text) => recorded.socket.send(text)));
      expect(connected / messages.length).to.be.below(8);
    });
  });
}

for (const transport of ['server-events', 'xhr-polling']) {
  const only = { transports: [transport], ...AT_ONCE };

  describe(`Socket, refused for its size over ${transport}`, () => {
    it('sends the messages again in halves', async () => {
      const { io, port } = await serve({ ...OURS, maxMessages: 10, maxPayload: 1000 });
      const received: unknown[] = [];
      io.on('clientMessage', (message) => received.push(message));
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, only);
      const messages = [...texts(100), ...texts(10, 300)];
      recorded.socket.send(messages).connect();
      await until(() => received.length === messages.length, 'the messages');
      expect(received).to.deep.equal(messages);
      expect(await recorded.rest()).to.not.include.members(['error']);
      expect(recorded.socket.connected).to.equal(true);
    });

    it('drops a single message with an error and sends the others', async () => {
      const { io, port } = await serve({ ...OURS, maxPayload: 1000 });
      const received: unknown[] = [];
      io.on('clientMessage', (message) => received.push(message));
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, only);
      recorded.socket.send(['before', 'x'.repeat(2000), 'after']).connect();
      const [, error] = (await recorded.next('error')) as [string, ClientError];
      expect(error).to.include({ code: 'ERR_SIO_REFUSED', statusCode: 413 });
      await until(() => received.length === 2, 'the other messages');
      expect(received).to.deep.equal(['before', 'after']);
      expect(recorded.socket.connected).to.equal(true);
    });

    it('sends the messages in halves also after disconnect()', async () => {
      const { io, port } = await serve({ ...OURS, maxMessages: 10 });
      const received: unknown[] = [];
      io.on('clientMessage', (message) => received.push(message));
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, only);
      recorded.socket.connect();
      await recorded.next('connect');
      recorded.socket.send(texts(50)).disconnect();
      await until(() => received.length === 50, 'the messages');
      await until(() => Object.keys(io.clients).length === 0, 'the session to end');
    });
  });
}

describe('Socket, refused for its size over websocket', () => {
  it('emits ERR_SIO_TOO_LARGE and sends less at once afterwards', async () => {
    const { io, port } = await serve({ ...OURS, maxPayload: 1000 });
    const received: unknown[] = [];
    io.on('clientMessage', (message) => received.push(message));
    const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, {
      ...AT_ONCE,
      transports: ['websocket'],
    });
    recorded.socket.send(texts(6, 300)).connect();
    const [, error] = (await recorded.next('error')) as [string, ClientError];
    expect(error).to.have.property('code', 'ERR_SIO_TOO_LARGE');
    await recorded.next('reconnect');
    recorded.socket.send(texts(3, 300));
    await until(() => received.length === 3, 'the messages');
  });
});
