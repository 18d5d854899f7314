import { expect } from 'chai';
import { createServer } from 'node:http';
import { listen, type Client } from '../../lib/index.js';
import { bridge, BridgedClient } from '../../lib/bridge/index.js';
import { encode } from '../../lib/protocol/frames.js';
import { afterThisTest } from '../support/cleanup.js';
import { XhrPollingDriver } from '../support/drivers/index.js';
import { listenOnLoopback, QUIET } from '../support/server.js';
import { until } from '../support/wait.js';
import { serveBoth } from './fixture.js';
import { CLIENTS, OfficialDriver, OfficialServer, SERVERS, WAYS } from './official.js';

const official = { allowEIO3: true };

for (const [serverVersion, Server] of SERVERS) {
  for (const version of Object.keys(CLIENTS)) {
    for (const [way, options] of Object.entries(WAYS)) {
      describe(`A client of version ${version} by ${way}, on a server of ${serverVersion}`, () => {
        it('is a client of the Listener, beside one of 0.6', async () => {
          const { io, port, clients, connect } = await serveBoth({ official, Server });
          const old = await new XhrPollingDriver(port).open();
          const oldClient = await clients.next('the client of 0.6');
          const [page, client] = await connect(options, version);
          if (way === 'polling, then websocket') await page.upgraded();

          expect(client).to.be.instanceOf(BridgedClient);
          expect(io.clients[client.sessionId]).to.equal(client);
          expect(client.protocol).to.equal(version === '2.5' ? '2' : '4');
          await until(() => client.transport === (way === 'polling' ? 'polling' : 'websocket'));
          expect(client.id).to.equal(client.sessionId);
          expect(client.remoteAddress).to.match(/127\.0\.0\.1$/);
          expect(client.request.url).to.match(/^\/socket\.io\/\?.*EIO=/);
          expect(client.handshake?.query).to.include({ EIO: version === '2.5' ? '3' : '4' });
          expect(client.handshake?.address.address).to.equal(client.remoteAddress);
          expect(client.connected).to.equal(true);
          expect([...client.rooms]).to.deep.equal([client.sessionId]);

          const events: unknown[] = [];
          client.on('message', (message) => events.push(message));
          io.on('clientMessage', (message, from) => events.push([message, from === client]));
          io.on('clientDisconnect', (one, reason) => events.push([one === client, reason]));
          client.on('disconnect', (reason) => events.push(reason));
          page.socket.send('hello');
          await until(() => events.length === 2, 'both events of a message');
          expect(events.splice(0)).to.deep.equal(['hello', ['hello', true]]);

          client.send('to you');
          oldClient.broadcast({ to: 'others' });
          client.join('news');
          oldClient.join('news');
          io.to('news').except(oldClient.sessionId).send('to the room');
          io.broadcast('to all');
          client.broadcast('by the page');
          expect(await page.take(4)).to.deep.equal([
            'to you',
            { to: 'others' },
            'to the room',
            'to all',
          ]);
          expect([await old.next(), await old.next()]).to.deep.equal(['to all', 'by the page']);
          expect(await io.to('news').count()).to.equal(2);

          client.disconnect();
          expect(events).to.deep.equal(['server disconnect', [true, 'server disconnect']]);
          expect(client.sessionId in io.clients).to.equal(false);
          await until(() => page.reasons.length > 0, 'the end of the page');
          expect(page.reasons).to.deep.equal(['io server disconnect']);
        });
      });
    }
  }
}

describe('A bridged client', () => {
  it('gets broadcasts and messages of its own in the order of sending', async () => {
    const { io, connect } = await serveBoth();
    const [page, client] = await connect();
    const sent = Array.from({ length: 300 }, (_, i) => String(i));
    client.join('room');
    sent.forEach((text, i) => {
      if (i % 3 === 0) client.send(text);
      else if (i % 3 === 1) io.broadcast(text);
      else io.to(['room', client.sessionId]).send(text);
    });
    expect(await page.take(sent.length)).to.deep.equal(sent);
  });

  it('has the official rooms, and the official server has its own', async () => {
    const { io, official: server, connect } = await serveBoth();
    const [page, client] = await connect();
    client.join(['a', 'b']).leave('b').leave(client.sessionId);
    server.sockets.sockets.get(client.sessionId)?.join('c');
    expect([...client.rooms]).to.deep.equal([client.sessionId, 'a', 'c']);
    server.to('a').emit('message', 'by the official server');
    io.to('c').send('by the Listener');
    expect(await page.take(2)).to.deep.equal(['by the official server', 'by the Listener']);
    const [found] = await io.to('a').fetchSockets();
    expect(found?.sessionId).to.equal(client.sessionId);
    expect([...(found?.rooms ?? [])]).to.deep.equal([client.sessionId, 'a', 'c']);
    io.to('a').socketsJoin('d');
    io.to('d').socketsLeave('a');
    expect([...client.rooms]).to.deep.equal([client.sessionId, 'c', 'd']);
    expect(() => client.join(1 as unknown as string)).to.throw(TypeError, 'to be a string');
  });

  it('has its rooms in a handler of disconnect, whichever side ends it', async () => {
    const { connect } = await serveBoth();
    for (const end of [
      (page: { disconnect(): unknown }) => page.disconnect(),
      (_page: unknown, client: Client) => client.disconnect(),
    ]) {
      const [page, client] = await connect();
      client.join('news');
      const rooms: string[][] = [];
      client.on('disconnect', () => rooms.push([...client.rooms]));
      end(page.socket, client);
      await until(() => rooms.length > 0, 'disconnect');
      expect(rooms).to.deep.equal([[client.sessionId, 'news']]);
      client.join('late');
      expect([...client.rooms]).to.deep.equal([client.sessionId, 'news']);
    }
  });

  it('is not reached by a selection of no room, as in 0.6 and unlike in Socket.IO 4', async () => {
    const { io, connect } = await serveBoth();
    const [page] = await connect();
    io.to([]).send('to none');
    io.broadcast('end');
    expect(await page.next()).to.equal('end');
  });

  it('hides the id of its connection with clients of version 2: it is a secret', async () => {
    const { io, connect } = await serveBoth({ official });
    const [page, client] = await connect({}, '2.5');
    const secret = client.socket.id;
    expect(secret).to.equal(page.socket.id);
    expect(client.sessionId).to.match(/^\d{38}$/);
    expect(client.rooms.has(secret)).to.equal(false);
    const shown = JSON.stringify(await io.fetchSockets(), (_key, value: unknown) =>
      value instanceof Set ? [...value] : value,
    );
    expect(shown).to.include(client.sessionId).and.not.to.include(secret);
    io.to(client.sessionId).send('by the session id');
    client.broadcast('to the others');
    io.broadcast('to the others', client.sessionId);
    io.broadcast('to all');
    expect(await page.take(2)).to.deep.equal(['by the session id', 'to all']);
  });

  it('leaves properties of an application of 2011 alone', async () => {
    const { io, connect } = await serveBoth();
    const [page, client] = await connect();
    const own = client as unknown as Record<string, unknown>;
    const names = ['rooms', 'join', 'leave', 'to', 'socket', 'protocol', 'id'];
    for (const name of names) own[name] = 'mine';
    expect(names.map((name) => own[name])).to.deep.equal(names.map(() => 'mine'));
    io.everybody.socketsJoin('news');
    io.to('news').send('hello');
    client.send('bye').disconnect();
    expect(await page.take(2)).to.deep.equal(['hello', 'bye']);
  });

  it('cannot be reached by requests of 0.6 with its session id', async () => {
    const { port, connect } = await serveBoth();
    const [page, client] = await connect();
    const url = `http://127.0.0.1:${port}/socket.io/xhr-polling/${client.sessionId}`;
    expect((await fetch(`${url}/1`)).status).to.equal(404);
    const body = new URLSearchParams({ data: encode('forged') });
    expect((await fetch(`${url}/send`, { method: 'POST', body })).status).to.equal(404);
    client.send('still there');
    expect(await page.next()).to.equal('still there');
  });
});

describe('A socket without a request, as a WebTransport session has it', () => {
  it('is a client whose request is empty, and is passed to authorize', async () => {
    const asked: unknown[] = [];
    const { connect } = await serveBoth({
      listener: { authorize: ({ headers }) => asked.push(headers) > 0 },
      before: (server) => {
        server.engine.on('connection', (connection: { request: unknown }) => {
          connection.request = null;
        });
      },
    });
    const [page, client] = await connect({ transports: ['websocket'] });
    expect(asked).to.deep.equal([{}]);
    expect(client.request.headers).to.deep.equal({});
    expect(client.remoteAddress).to.equal(undefined);
    client.send('hello');
    expect(await page.next()).to.equal('hello');
  });
});

describe('Sockets of other namespaces', () => {
  it('are not clients of the Listener', async () => {
    const { io, official: server, port, connect } = await serveBoth();
    const seen: string[] = [];
    server.of('/admin').on('connection', (socket) => seen.push(socket.id));
    await new OfficialDriver(port, {}, '4.8', '/admin').open();
    await until(() => seen.length === 1, 'the socket of the namespace');
    expect(Object.keys(io.clients)).to.deep.equal([]);
    await connect();
    expect(Object.keys(io.clients)).to.have.lengthOf(1);
  });

  it('are, if the option names their namespace, and are the only ones then', async () => {
    const { io, port } = await serveBoth({ bridge: { namespace: '/old' } });
    await new OfficialDriver(port).open();
    await new OfficialDriver(port, {}, '4.8', '/old').open();
    await until(() => Object.keys(io.clients).length === 1, 'one client');
  });
});

describe('Sockets that were connected before there was a bridge', () => {
  it('become clients', async () => {
    const server = createServer();
    const early = new OfficialServer(server);
    const port = await listenOnLoopback(server);
    afterThisTest(() => void early.close());
    const page = await new OfficialDriver(port).open();
    const io = listen(server, QUIET);
    afterThisTest(() => io.close());
    expect(bridge(io, early).size).to.equal(1);
    io.broadcast('hello');
    expect(await page.next()).to.equal('hello');
  });
});
