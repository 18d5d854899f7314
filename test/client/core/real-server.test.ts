import type { RequestListener } from 'node:http';
import { expect } from 'chai';
import type { Client } from '../../../lib/index.js';
import type { SocketOptions } from '../../../client/core/options.js';
import { Socket } from '../../../client/core/socket.js';
import { transports } from '../../../client/core/transport.js';
import { ServerEvents } from '../../../client/core/transports/server-events.js';
import { WS } from '../../../client/core/transports/websocket.js';
import { XHRMultipart } from '../../../client/core/transports/xhr-multipart.js';
import { XHRPolling } from '../../../client/core/transports/xhr-polling.js';
import { afterThisTest } from '../../support/cleanup.js';
import { serve, type Served } from '../../support/server.js';
import { until } from '../../support/wait.js';
import { installNode } from './node-platform.js';

const TYPES = {
  websocket: WS,
  'server-events': ServerEvents,
  'xhr-multipart': XHRMultipart,
  'xhr-polling': XHRPolling,
};

const cutPosts: RequestListener = ({ method }, response) => {
  if (method === 'POST') response.destroy();
};

/** A server, a socket connected to it by `type`, and the messages that both have received. */
async function connect(type: string, options: SocketOptions = {}, serverOptions = {}) {
  Object.assign(transports, TYPES);
  const served: Served = await serve(serverOptions);
  const up: unknown[] = [];
  const left: unknown[] = [];
  served.io.on('connection', (client: Client) => {
    client.on('message', (message) => up.push(message));
    client.on('disconnect', (reason) => left.push(reason));
  });
  installNode(served.port);
  const down: unknown[] = [];
  const socket = new Socket(null, { transports: [type], reconnectionDelay: 10, ...options });
  socket.on('message', (message) => down.push(message));
  afterThisTest(() => socket.disconnect());
  const connecting = new Promise<void>((resolve) => socket.connect(resolve));
  await connecting;
  const client = await served.client(socket.transport?.sessionid as string);
  return { ...served, socket, client, up, down, left };
}

describe('client Socket against the real server', () => {
  for (const type of Object.keys(TYPES)) {
    describe(`by ${type}`, () => {
      it('sends and receives a thousand messages each way, in order', async () => {
        const { socket, client, up, down } = await connect(type);
        const numbers = Array.from({ length: 1000 }, (_, i) => String(i));
        for (const number of numbers) {
          socket.send(number);
          client.send(number);
        }
        await until(() => up.length === 1000 && down.length === 1000, 'all messages');
        expect(up).to.deep.equal(numbers);
        expect(down).to.deep.equal(numbers);
      });

      it('transfers every kind of message in both directions', async () => {
        const { socket, client, up, down } = await connect(type);
        const samples = [
          { json: ['ü', null, { a: 1 }] },
          'grüße 日本語 😀',
          '</script>\r\n--socketio\n\n~m~3~m~abc\u2028\u0000',
          '~h~1',
          '~j~{',
          '',
          'x'.repeat(1_000_000),
        ];
        socket.send([...samples, 'lone \ud800 surrogate']);
        for (const sample of samples) client.send(sample);
        await until(() => up.length === samples.length + 1, 'messages at the server');
        await until(() => down.length === samples.length, 'messages at the client');
        expect(up).to.deep.equal([...samples, 'lone \ud800 surrogate']);
        expect(down).to.deep.equal(samples);
      });

      it('sends all messages before the close request, and the server ends the session at once', async () => {
        const { socket, up, left, io } = await connect(type);
        socket.send('first');
        socket.send('last');
        socket.disconnect();
        await until(() => left.length === 1, 'the disconnect');
        expect(up).to.deep.equal(['first', 'last']);
        expect(Object.keys(io.clients)).to.deep.equal([]);
      });

      it('resumes its session while the server has it, without losing messages', async () => {
        const { socket, client, down } = await connect(
          type,
          { reconnectionDelay: 200 },
          {
            transportOptions: { [type]: { closeTimeout: 5000 } },
          },
        );
        const id = socket.transport?.sessionid;
        const back = new Promise((resolve) => socket.on('reconnect', resolve));
        socket.transport?.onTimeout();
        await until(() => !client._open, 'the loss');
        client.send('meanwhile');
        socket.send('up');
        await back;
        expect(socket.transport?.sessionid).to.equal(id);
        await until(() => down.length === 1, 'what was queued');
        expect(down).to.deep.equal(['meanwhile']);
      });

      it('gets a new session when the server does not have the old one any longer', async () => {
        const { socket, client, up } = await connect(type);
        const id = socket.transport?.sessionid;
        const back = new Promise((resolve) => socket.on('reconnect', resolve));
        client._onDisconnect();
        await until(() => !socket.connected, 'the loss');
        socket.send('kept');
        await back;
        expect(socket.transport?.sessionid).to.match(/^\d+$/).and.to.not.equal(id);
        await until(() => up.length === 1, 'the message');
      });

      it('resumes a session without queued messages', async () => {
        const { socket } = await connect(
          type,
          {},
          {
            transportOptions: { [type]: { closeTimeout: 5000 } },
          },
        );
        const id = socket.transport?.sessionid;
        const back = new Promise((resolve) => socket.on('reconnect', resolve));
        socket.transport?.onTimeout();
        await back;
        expect(socket.transport?.sessionid).to.equal(id);
      });
    });
  }

  it('falls back at once to a transport that the server offers', async () => {
    const { socket } = await connect(
      'xhr-polling',
      { transports: ['websocket', 'server-events', 'xhr-multipart', 'xhr-polling'] },
      { transports: ['xhr-polling'] },
    );
    expect(socket.transport?.type).to.equal('xhr-polling');
  });

  it('posts again after a reconnection, even if earlier POSTs failed', async () => {
    const { socket, up, server } = await connect('xhr-polling');
    const back = new Promise((resolve) => socket.on('reconnect', resolve));
    server.prependListener('request', cutPosts);
    socket.send('cut off');
    await until(() => !socket.connected, 'the loss');
    server.off('request', cutPosts);
    await back;
    socket.send('after');
    await until(() => up.includes('after'), 'the message after');
  });
});
