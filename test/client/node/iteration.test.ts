import { expect } from 'chai';
import type { Client } from '../../../lib/index.js';
import type { ClientError } from '../../../client/node/index.js';
import { serve } from '../../support/server.js';
import { until } from '../../support/wait.js';
import { AT_ONCE, TRANSPORTS, RecordedSocket } from './support.js';

const OURS = { transports: [...TRANSPORTS] };

/** Iterates over `messages`; returns what it has received and the error that ended the loop. */
async function collect(messages: AsyncIterable<unknown>): Promise<[unknown[], unknown]> {
  const collected: unknown[] = [];
  try {
    for await (const message of messages) collected.push(message);
  } catch (error) {
    return [collected, error];
  }
  return [collected, undefined];
}

async function sendAndDisconnect(client: Client): Promise<void> {
  await until(() => client._open, 'a writable connection');
  client.send(['one', { two: 2 }]).disconnect();
}

describe('Socket', () => {
  describe('#[Symbol.asyncIterator]()', () => {
    for (const transport of TRANSPORTS) {
      it(`connects, and ends when the server disconnects, over ${transport}`, async () => {
        const { io, port } = await serve(OURS);
        io.on('connection', (client) => {
          client.on('message', () => void sendAndDisconnect(client));
        });
        const options = { transports: [transport], reconnect: false };
        const { socket } = new RecordedSocket(`http://127.0.0.1:${port}`, options);
        socket.send('go');
        expect(await collect(socket)).to.deep.equal([['one', { two: 2 }], undefined]);
        expect(socket.connected).to.equal(false);
      });
    }

    it('continues after a reconnect', async () => {
      const { io, port } = await serve(OURS);
      let sessions = 0;
      io.on('connection', (client) => {
        client.send(`session ${++sessions}`);
        if (sessions === 1) setImmediate(() => client.disconnect());
      });
      const { socket } = new RecordedSocket(`http://127.0.0.1:${port}`, AT_ONCE);
      const seen: unknown[] = [];
      for await (const message of socket) {
        seen.push(message);
        if (sessions === 2) break;
      }
      expect(seen).to.deep.equal(['session 1', 'session 2']);
    });

    it('disconnects when the last consumer leaves its loop', async () => {
      const { io, port } = await serve(OURS);
      io.on('connection', (client) => client.send(['a', 'b']));
      const { socket } = new RecordedSocket(`http://127.0.0.1:${port}`);
      const other = socket[Symbol.asyncIterator]();
      for await (const message of socket) {
        expect(message).to.equal('a');
        break;
      }
      expect(socket.connected).to.equal(true);
      expect((await other.next()).value).to.equal('a');
      expect((await other.next()).value).to.equal('b');
      await other.return?.();
      expect(socket.connected).to.equal(false);
      await until(() => Object.keys(io.clients).length === 0, 'the session to end');
    });

    it('ends after disconnect(), also before the connection is open', async () => {
      const { port } = await serve(OURS);
      const { socket } = new RecordedSocket(`http://127.0.0.1:${port}`);
      const early = collect(socket);
      socket.disconnect();
      expect(await early).to.deep.equal([[], undefined]);
      const late = collect(socket);
      socket.on('connect', () => socket.disconnect());
      expect(await late).to.deep.equal([[], undefined]);
    });

    it('throws ERR_SIO_CONNECT_FAILED, with its cause, when it cannot connect', async () => {
      const { socket } = new RecordedSocket('http://127.0.0.1:1', { reconnect: false });
      const [, error] = await collect(socket);
      expect(error).to.have.property('code', 'ERR_SIO_CONNECT_FAILED');
      expect((error as ClientError).cause).to.have.property('code', 'ECONNREFUSED');
    });

    it('throws ERR_SIO_CONNECT_FAILED when it cannot reconnect', async () => {
      const { server, io, port } = await serve(OURS);
      const options = { ...AT_ONCE, maxReconnectionAttempts: 1, transports: ['websocket'] };
      const { socket } = new RecordedSocket(`http://127.0.0.1:${port}`, options);
      socket.on('connect', () => {
        server.close();
        io.broadcast('the end').close();
      });
      const [messages, error] = await collect(socket);
      expect(messages).to.deep.equal(['the end']);
      expect(error).to.have.property('code', 'ERR_SIO_CONNECT_FAILED');
    });

    it('throws ERR_SIO_QUEUE_OVERFLOW at a slow consumer, after the queued messages', async () => {
      const { io, port } = await serve(OURS);
      io.on('connection', (client) => client.send(['1', '2', '3', '4']));
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, { maxQueue: 3 });
      const messages = recorded.socket[Symbol.asyncIterator]();
      await recorded.next('disconnect');
      const [seen, error] = await collect(messages);
      expect(seen).to.deep.equal(['1', '2', '3']);
      expect(error).to.have.property('code', 'ERR_SIO_QUEUE_OVERFLOW');
    });
  });

  describe('options.signal', () => {
    it('disconnects and ends iterators with the reason of the signal', async () => {
      const { io, port } = await serve(OURS);
      io.on('connection', (client) => client.send('a'));
      const controller = new AbortController();
      const { signal } = controller;
      const { socket } = new RecordedSocket(`http://127.0.0.1:${port}`, { signal });
      socket.on('message', () => setImmediate(() => controller.abort(new Error('enough'))));
      const [messages, error] = await collect(socket);
      expect(messages).to.deep.equal(['a']);
      expect(error).to.have.property('message', 'enough');
      expect(socket.connected).to.equal(false);
      await until(() => Object.keys(io.clients).length === 0, 'the session to end');
    });

    it('stops reconnecting', async () => {
      const { server, io, port } = await serve(OURS);
      const controller = new AbortController();
      const { signal } = controller;
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, { signal });
      recorded.socket.connect();
      await recorded.next('connect');
      server.close();
      io.close();
      await recorded.next('disconnect');
      expect(recorded.socket.reconnecting).to.equal(true);
      controller.abort();
      expect(recorded.socket.reconnecting).to.equal(false);
    });

    it('prevents connecting if it is already aborted', async () => {
      const signal = AbortSignal.abort(new Error('never'));
      const { socket } = new RecordedSocket('http://127.0.0.1:1', { signal });
      expect(() => socket.connect()).to.throw('never');
      const [, error] = await collect(socket);
      expect(error).to.equal(signal.reason);
      expect(socket.connecting).to.equal(false);
    });
  });
});
