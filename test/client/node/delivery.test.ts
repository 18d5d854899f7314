import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket as NetSocket } from 'node:net';
import { expect } from 'chai';
import { Socket, type SocketOptions } from '../../../client/node/index.js';
import type { Client } from '../../../lib/index.js';
import { afterThisTest } from '../../support/cleanup.js';
import { framed } from '../../support/payload.js';
import { serve, type Served } from '../../support/server.js';
import { until } from '../../support/wait.js';
import { AT_ONCE, TRANSPORTS } from './support.js';

interface Peers {
  readonly served: Served;
  readonly socket: Socket;
  /** What the client has received. */
  readonly down: unknown[];
  /** What the server has received. */
  readonly up: unknown[];
  readonly lost: unknown[][];
  readonly client: () => Client;
}

async function connect(options: SocketOptions, hasDelivery = true): Promise<Peers> {
  const served = await serve({ delivery: hasDelivery });
  const up: unknown[] = [];
  const down: unknown[] = [];
  const lost: unknown[][] = [];
  served.io.on('clientMessage', (message) => up.push(message));
  const url = `http://127.0.0.1:${served.port}`;
  const socket = new Socket(url, { delivery: true, ...AT_ONCE, ...options });
  afterThisTest(() => socket.disconnect());
  socket.on('message', (message) => down.push(message));
  socket.on('lost', (...args) => lost.push(args));
  socket.connect();
  await until(() => socket.connected, 'the connection');
  return { served, socket, up, down, lost, client: () => Object.values(served.io.clients)[0]! };
}

/** Destroys the network sockets of the client. */
function cut(socket: Socket): void {
  const transport = socket.transport as unknown as { sockets(): readonly (NetSocket | null)[] };
  for (const each of transport.sockets()) each?.destroy();
}

/** A client without reconnection, of a server that answers by `answer`. */
async function withAnswers(answer: RequestListener, options: SocketOptions = {}): Promise<Socket> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const socket = new Socket(`http://127.0.0.1:${port}`, {
    delivery: true,
    transports: ['xhr-polling'],
    reconnect: false,
    ...options,
  });
  socket.on('error', () => undefined);
  afterThisTest(() => {
    socket.disconnect();
    server.closeAllConnections();
    server.close();
  });
  return socket;
}

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
const texts = (from: number, to: number): string[] => numbers(from, to).map(String);

describe('the option `delivery` of the Node client', () => {
  for (const transport of TRANSPORTS) {
    describe(`over ${transport}`, () => {
      const options = { transports: [transport] };

      it('delivers every message once, whatever happens to connections', async () => {
        const { socket, client, up, down } = await connect(options);
        expect(socket.delivery).to.equal(true);
        expect(socket.recovered).to.equal(false);
        for (let round = 0; round < 5; round++) {
          const first = round * 20 + 1;
          for (const n of numbers(first, first + 9)) socket.send(n);
          client().send(numbers(first, first + 9));
          // What is on its way now is lost.
          cut(socket);
          for (const n of numbers(first + 10, first + 19)) socket.send(n);
          client().send(numbers(first + 10, first + 19));
          // oxlint-disable-next-line eslint/no-await-in-loop -- one round after the other
          await until(() => up.length === (round + 1) * 20, 'the messages of the client');
          // oxlint-disable-next-line eslint/no-await-in-loop -- one round after the other
          await until(() => down.length === (round + 1) * 20, 'the messages of the server');
        }
        expect(up).to.deep.equal(texts(1, 100));
        expect(down).to.deep.equal(texts(1, 100));
        expect(socket.recovered).to.equal(true);
        await until(() => socket.unacknowledged() === 0, 'the acknowledgement');
      });

      it('ends the session at once when the application disconnects', async () => {
        const { socket, client, up, lost } = await connect(options);
        const session = client();
        session.send('never read');
        socket.send('last').disconnect();
        await until(() => session.disconnectReason !== null, 'the end');
        expect(session.disconnectReason).to.equal('client close');
        expect(up).to.deep.equal(['last']);
        expect(lost).to.deep.equal([[['last'], true]]);
      });

      it('emits the messages in doubt when the server does not have the session', async () => {
        const { socket, served, client, lost } = await connect(options);
        await until(() => socket.unacknowledged() === 0, 'quiet');
        client().on('message', () => client()._end('server close'));
        let order = '';
        socket.on('lost', () => (order += 'lost '));
        socket.on('connect', () => (order += `connect ${String(socket.recovered)}`));
        // Taken for a lost connection: the client does not read the goodbye.
        client()._writeEnd = () => undefined;
        socket.send('doubtful');
        await until(() => order.includes('connect'), 'the next session');
        expect(order).to.equal('lost connect false');
        expect(lost).to.have.lengthOf(1);
        expect(Object.keys(served.io.clients)).to.have.lengthOf(1);
      });

      it('is not granted by a server without it, and the session works as without it', async () => {
        const { socket, client, up, down } = await connect(options, false);
        expect(socket.delivery).to.equal(false);
        socket.send(['one', 'two']);
        client().send('three');
        await until(() => up.length === 2 && down.length === 1, 'the messages');
        expect(up).to.deep.equal(['one', 'two']);
        expect(client().delivery).to.equal(false);
      });
    });
  }

  it('starts over HTTP, moves to a WebSocket, and continues over HTTP when that breaks', async () => {
    const { socket, client, up, down } = await connect({});
    expect(client().transport).to.equal('server-events');
    let events = '';
    for (const name of ['connect', 'disconnect', 'error']) socket.on(name, () => (events += name));
    await until(() => client().transport === 'websocket', 'the move');
    socket.send('one');
    client().send('one');
    await until(() => up.length === 1 && down.length === 1, 'the messages over the WebSocket');
    cut(socket);
    socket.send('two');
    client().send('two');
    await until(() => up.length === 2 && down.length === 2, 'the messages over HTTP');
    expect(client().transport).to.equal('server-events');
    expect(events).to.equal('');
    expect(up).to.deep.equal(['one', 'two']);
    expect(down).to.deep.equal(['one', 'two']);
  });

  it('does not report a WebSocket that is refused as an error', async () => {
    const { socket, served, client } = await connect({});
    let refused = 0;
    let errors = 0;
    socket.on('error', () => errors++);
    served.server.prependListener('upgrade', (_request, connection) => {
      connection.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
      connection.on('close', () => refused++);
    });
    await until(() => refused > 0 && !socket._probe, 'the refusal');
    expect(errors).to.equal(0);
    expect(client().transport).to.equal('server-events');
  });

  it('puts the place before the query of an address', () => {
    const socket = new Socket('ws://127.0.0.1:1/custom/websocket?a=1', { delivery: true });
    const transport = socket.transport as unknown as { prepareUrl(): string };
    const place = 'c=undefined&a=0&k=&s=1&t=';
    expect(transport.prepareUrl())
      .to.include(`/custom/websocket//${place}`)
      .and.match(/\?a=1$/);
  });

  it('moves a session from one transport to another', async () => {
    const { socket, client, up, down } = await connect({ transports: [...TRANSPORTS] });
    const { sessionId } = client();
    for (const [i, transport] of [...TRANSPORTS, TRANSPORTS[0]].entries()) {
      socket.options.transports = [transport];
      socket._session = null;
      socket.transport?.onDisconnect();
      socket.transport = socket.getTransport([transport]);
      socket.send(i);
      client().send(i);
      // oxlint-disable-next-line eslint/no-await-in-loop -- one transport after the other
      await until(() => up.length === i + 1 && down.length === i + 1, transport);
      expect(client()).to.include({ sessionId, transport });
      expect(socket.recovered).to.equal(true);
    }
    expect(up).to.deep.equal(['0', '1', '2', '3']);
    expect(down).to.deep.equal(['0', '1', '2', '3']);
  });

  it('names messages that were taken from an ended session as lost on the server', async () => {
    const { client, socket } = await connect({ transports: ['xhr-polling'] });
    const session = client();
    const lost: unknown[] = [];
    session.on('lost', (messages) => lost.push(...messages));
    await until(() => session._open, 'a poll');
    session._onClose();
    session.send([{ n: 1 }, 'two']);
    socket.disconnect();
    session._end('server disconnect');
    expect(lost).to.deep.equal([{ n: 1 }, 'two']);
  });

  it('takes a refused POST for the loss of the connection, and does not repeat it at once', async () => {
    let posts = 0;
    const socket = await withAnswers((request, response) => {
      if (request.method === 'POST') {
        posts++;
        response.writeHead(409).end();
      } else if (request.url?.includes('k=7')) {
        response.writeHead(200); // the poll is held
      } else {
        response.end(framed('id', '~h~d7:60000'));
      }
    });
    let isLost = false;
    socket.on('disconnect', () => (isLost = true));
    socket.connect().send('refused');
    await until(() => isLost, 'the loss of the connection');
    expect(posts).to.equal(1);
    expect(socket.unacknowledged()).to.equal(1);
  });

  for (const missing of [1, 4, 7]) {
    it(`works without delivery if the last ${missing} characters of the grant are missing`, async () => {
      const socket = await withAnswers((request, response) => {
        if (request.url?.includes('/id/')) response.writeHead(200);
        else response.end(framed('id', '~h~d7:60000').slice(0, -missing));
      });
      socket.connect();
      await until(() => socket.connected, 'the connection');
      expect(socket.delivery).to.equal(false);
      expect(socket.sessionId).to.equal('id');
    });
  }

  it('waits for at most an eighth of the window before the next attempt', async () => {
    const socket = await withAnswers(
      (request, response) => {
        if (request.url?.includes('/id/')) request.socket.destroy();
        else response.end(framed('id', '~h~d7:60000'));
      },
      { reconnect: true, reconnectionDelay: 60_000 },
    );
    socket.connect();
    await until(() => socket.reconnecting, 'the loss of the connection');
    expect(socket.reconnectionDelay).to.equal(60_000 / 8);
  });

  it('cannot be combined with `raw`', () => {
    expect(() => new Socket('http://localhost', { delivery: true, raw: true })).to.throw(
      TypeError,
      'Expected only one of `delivery` and `raw`, got both',
    );
  });

  it('throws for a value that cannot be sent, and does not count it', async () => {
    const { socket, up } = await connect({});
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    expect(() => socket.send(circular)).to.throw(TypeError);
    socket.send('next');
    await until(() => up.length === 1, 'the message');
    expect(up).to.deep.equal(['next']);
  });
});

describe('delivery over HTTP', () => {
  for (const transport of ['xhr-polling', 'server-events']) {
    it(`keeps its connection while more messages wait than one POST takes: ${transport}`, async () => {
      const { io, port } = await serve({ delivery: true });
      const received: unknown[] = [];
      io.on('clientMessage', (message) => received.push(message));
      const socket = new Socket(`http://127.0.0.1:${port}`, {
        delivery: true,
        transports: [transport],
      });
      afterThisTest(() => socket.disconnect());
      let losses = 0;
      socket.on('close', () => losses++);
      socket.connect();
      for (let i = 0; i < 200; i++) {
        socket.send(i);
        // oxlint-disable-next-line eslint/no-await-in-loop -- while POSTs are in flight
        if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      await until(() => received.length >= 200, 'all messages');
      expect(received).to.deep.equal(Array.from({ length: 200 }, (_, i) => String(i)));
      expect(losses).to.equal(0);
    });
  }
});
