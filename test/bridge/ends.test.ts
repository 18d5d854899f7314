import { expect } from 'chai';
import { once } from 'node:events';
import { bridge as join } from '../../lib/bridge/index.js';
import { listen } from '../../lib/index.js';
import { afterThisTest } from '../support/cleanup.js';
import { WebsocketDriver } from '../support/drivers/index.js';
import { QUIET } from '../support/server.js';
import { uncaught, until } from '../support/wait.js';
import { serveBoth, settle, type BridgedServer } from './fixture.js';
import { OfficialDriver } from './official.js';

type Connected = Awaited<ReturnType<BridgedServer['connect']>>;

/** The ways in which a session ends, and their reasons. */
const ENDS: readonly (readonly [
  what: string,
  reason: string,
  end: (connected: Connected) => unknown,
])[] = [
  ['the client disconnects', 'client close', ([page]) => page.socket.disconnect()],
  ['its connection closes', 'transport close', ([page]) => page.socket.io.engine.close()],
  ['the Listener disconnects it', 'server disconnect', ([, client]) => client.disconnect()],
  ['the official server does', 'server disconnect', ([, client]) => client.socket.disconnect()],
  [
    'the official server closes it',
    'server disconnect',
    ([, client]) => client.socket.disconnect(true),
  ],
  ['an application of 0.6 ends it', 'server disconnect', ([, client]) => client._onDisconnect()],
  ['an application of 0.6 closes it', 'server disconnect', ([, client]) => client._onClose()],
];

describe('A bridged client', () => {
  for (const [what, reason, end] of ENDS) {
    it(`ends once when ${what}, with the reason ${reason}`, async () => {
      const both = await serveBoth();
      const connected = await both.connect();
      const [page, client] = connected;
      const reasons: string[] = [];
      client.on('disconnect', (why) => reasons.push(why));
      both.io.on('clientDisconnect', (_client, why) => reasons.push(why));
      end(connected);
      await until(() => reasons.length > 0 && !page.socket.connected, 'the end');
      await settle();
      expect(reasons).to.deep.equal([reason, reason]);
      expect(client.disconnectReason).to.equal(reason);
      expect(client.connected).to.equal(false);
      expect(both.bridge.size).to.equal(0);
      expect(await both.io.everybody.count()).to.equal(0);
      client.send('too late').disconnect();
    });
  }

  it('ends with heartbeat timeout when it does not answer the pings', async () => {
    const { connect } = await serveBoth({ official: { pingInterval: 50, pingTimeout: 50 } });
    const [page, client] = await connect({ transports: ['websocket'] });
    const { engine } = page.socket.io as unknown as { engine: { _sendPacket: () => void } };
    engine._sendPacket = () => undefined;
    await until(() => !client.connected, 'the timeout');
    expect(client.disconnectReason).to.equal('heartbeat timeout');
  });

  it('gets the messages that were sent before its end, also by polling', async () => {
    for (const transport of ['polling', 'websocket']) {
      const { connect } = await serveBoth();
      const [page, client] = await connect({ transports: [transport] });
      client.send('one').send('bye').disconnect();
      expect(await page.take(2)).to.deep.equal(['one', 'bye']);
      await until(() => !page.socket.connected, 'the end');
    }
  });

  it('ends with its connection, also if the application has removed the listeners of its socket', async () => {
    const { connect } = await serveBoth();
    const [page, client] = await connect();
    (client.socket as unknown as { removeAllListeners(): void }).removeAllListeners();
    page.socket.io.engine.close();
    await until(() => !client.connected, 'the end');
    expect(client.disconnectReason).to.equal('transport close');
  });

  it('may be disconnected in the handler of its connection', async () => {
    const { io, port, bridge } = await serveBoth();
    const events: string[] = [];
    io.on('connection', (client) => {
      events.push('connection');
      client.on('disconnect', (reason) => events.push(reason));
      client.send('go away').disconnect();
    });
    const page = new OfficialDriver(port);
    expect(await page.next()).to.equal('go away');
    await until(() => page.reasons.length === 1, 'the end');
    expect(events).to.deep.equal(['connection', 'server disconnect']);
    expect(bridge.size).to.equal(0);
  });

  it('is not created if the application has disconnected its socket before', async () => {
    const { port, clients, bridge } = await serveBoth({
      before: (official) => void official.on('connection', (socket) => void socket.disconnect()),
    });
    const page = new OfficialDriver(port);
    await until(() => page.reasons.length === 1, 'the end');
    expect([clients.length, bridge.size]).to.deep.equal([0, 0]);
  });

  it('may get broadcasts and be disconnected in handlers, during a broadcast', async () => {
    const { io, connect } = await serveBoth();
    const [one, first] = await connect();
    const [two, second] = await connect();
    first.on('message', (message) => {
      io.broadcast(['a', 'b']);
      second.send(message).disconnect();
      io.broadcast('c');
    });
    second.on('disconnect', () => io.broadcast('second has left'));
    one.socket.send('go');
    expect(await one.take(4)).to.deep.equal(['a', 'b', 'second has left', 'c']);
    expect(await two.take(3)).to.deep.equal(['a', 'b', 'go']);
    io.disconnectSockets();
    expect(io.clients).to.deep.equal({});
  });

  it('gets further messages when a handler throws; the exception is rethrown as with clients of 0.6', async () => {
    const { connect } = await serveBoth();
    const [page, client] = await connect();
    const seen: unknown[] = [];
    client.on('message', (message) => {
      seen.push(message);
      if (message === 'throw') throw new Error('of a handler');
    });
    const thrown = uncaught();
    page.socket.send('throw', 'go on');
    expect((await thrown).message).to.equal('of a handler');
    await until(() => seen.length === 2, 'the second message');
    client.on('disconnect', () => {
      throw new Error('of the end');
    });
    const last = uncaught();
    client.disconnect();
    expect((await last).message).to.equal('of the end');
    expect(client.connected).to.equal(false);
  });
});

const CLOSINGS: readonly (readonly [string, (both: BridgedServer) => Promise<unknown>])[] = [
  ['listener.close()', async ({ io }) => io.close()],
  // It closes the HTTP server, which waits for the clients of 0.6.
  ['official.close()', async ({ official }) => void official.close()],
  [
    'listener.close(), then official.close()',
    async ({ io, official }) => {
      await io.close();
      await official.close();
    },
  ],
  [
    'official.close(), then listener.close()',
    async ({ io, official }) => {
      const closed = official.close();
      await io.close();
      await closed;
    },
  ],
];

for (const [how, close] of CLOSINGS) {
  describe(`After ${how}`, () => {
    for (const recovery of [false, true]) {
      it(`official clients have ended once${recovery ? ', also if they could recover' : ''}`, async () => {
        const official = recovery ? { connectionStateRecovery: {} } : {};
        const both = await serveBoth({ official });
        const old = await new WebsocketDriver(both.port).open();
        await both.clients.next('the client of 0.6');
        const [page, client] = await both.connect({ transports: ['websocket'] });
        const [polling, pollingClient] = await both.connect({ transports: ['polling'] });
        const reasons: string[] = [];
        for (const one of [client, pollingClient]) one.on('disconnect', (why) => reasons.push(why));
        await close(both);
        await until(() => !page.socket.connected && !polling.socket.connected, 'the ends');
        await settle();
        expect(reasons).to.deep.equal(['server close', 'server close']);
        expect(both.bridge.size).to.equal(0);
        old.drop();
      });
    }
  });
}

describe('After server.close()', () => {
  it('official clients have ended once', async () => {
    const { server, bridge, connect } = await serveBoth();
    const [, client] = await connect({ transports: ['polling'] });
    const reasons: string[] = [];
    client.on('disconnect', (why) => reasons.push(why));
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
    await settle();
    expect(reasons).to.deep.equal(['server close']);
    expect(bridge.size).to.equal(0);
  });
});

describe('After listener.close()', () => {
  it('the official server continues without it', async () => {
    const { io, official, port, clients } = await serveBoth();
    await io.close();
    const page = await new OfficialDriver(port).open();
    official.emit('message', 'by the official server');
    expect(await page.next()).to.equal('by the official server');
    expect(clients.length).to.equal(0);
    expect(io.clients).to.deep.equal({});
  });

  it('another Listener can have a bridge to the official server', async () => {
    const { io, official, server, port } = await serveBoth();
    await io.close();
    const next = listen(server, QUIET);
    afterThisTest(() => next.close());
    join(next, official);
    const page = await new OfficialDriver(port).open();
    next.broadcast('hello');
    expect(await page.next()).to.equal('hello');
  });
});
