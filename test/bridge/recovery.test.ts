import { expect } from 'chai';
import { until } from '../support/wait.js';
import { ManualClock } from '../support/clock.js';
import { serveBoth, settle, type BridgedServer } from './fixture.js';
import { OfficialDriver, WAYS } from './official.js';

const RECOVERY = { connectionStateRecovery: { maxDisconnectionDuration: 60_000 } };

/** Records what happens to the sessions of a Listener. */
function record({ io }: BridgedServer): string[] {
  const events: string[] = [];
  io.on('connection', () => events.push('connection'));
  io.on('clientDisconnect', (_client, reason) => events.push(reason));
  return events;
}

/** Loses the connection, without the goodbye of the protocol. */
function lose(page: OfficialDriver): void {
  page.socket.io.engine.close();
}

for (const [way, options] of Object.entries(WAYS)) {
  describe(`A client that recovers its connection, by ${way}`, () => {
    it('is the same client, in its rooms, and gets all messages', async () => {
      const both = await serveBoth({ official: RECOVERY });
      const { io, connect } = both;
      const events = record(both);
      const [page, client] = await connect(options);
      client.join(['stays', 'leaves']);
      // The offset of the client is that of the last packet that it has received.
      client.send('before');
      expect(await page.next()).to.equal('before');
      const socketBefore = client.socket;
      lose(page);
      await until(() => !socketBefore.connected, 'the loss');
      expect(client.connected).to.equal(true);
      expect(io.clients[client.sessionId]).to.equal(client);
      expect([...client.rooms]).to.deep.equal([client.sessionId, 'stays', 'leaves']);
      expect(await io.to('stays').count()).to.equal(1);
      client.send('one');
      io.broadcast('two');
      io.to('stays').send('three');
      io.to('stays').except(client.sessionId).send('not this');
      client.send('four');
      client.leave('leaves').join('joins');
      io.to('joins').send('joined');
      io.to('leaves').send('not this');
      page.socket.connect();
      await until(() => page.socket.connected && client.socket.connected, 'the recovery');
      expect(page.socket.recovered).to.equal(true);
      io.to('joins').send('five');
      io.to('leaves').send('not this either');
      io.broadcast('six');
      const missed = ['one', 'two', 'three', 'four', 'joined', 'five', 'six'];
      expect(await page.take(7)).to.deep.equal(missed);
      expect(client.socket).not.to.equal(socketBefore);
      expect(client.connections).to.equal(2);
      expect([...client.rooms].toSorted()).to.deep.equal(
        [client.sessionId, 'stays', 'joins'].toSorted(),
      );
      const seen: unknown[] = [];
      client.on('message', (message) => seen.push(message));
      page.socket.send('still me');
      await until(() => seen.length === 1, 'a message');
      expect(seen).to.deep.equal(['still me']);
      expect(events).to.deep.equal(['connection']);
      client.disconnect();
      expect(events).to.deep.equal(['connection', 'server disconnect']);
    });
  });
}

describe('A client that may recover its connection', () => {
  it('is refused if it has been disconnected meanwhile', async () => {
    const both = await serveBoth({ official: RECOVERY });
    const events = record(both);
    const [page, client] = await both.connect();
    client.send('before');
    await page.next();
    lose(page);
    await until(() => !client.socket.connected, 'the loss');
    client.disconnect();
    expect(events).to.deep.equal(['connection', 'server disconnect']);
    page.socket.connect();
    await until(() => page.reasons.length === 2, 'the second end');
    expect(page.reasons[1]).to.equal('io server disconnect');
    expect(events).to.deep.equal(['connection', 'server disconnect']);
    expect(both.io.clients).to.deep.equal({});
  });

  it('ends when the time for it is over', async () => {
    const clock = new ManualClock();
    const both = await serveBoth({ official: RECOVERY, listener: { clock } });
    const events = record(both);
    const [page, client] = await both.connect();
    lose(page);
    await until(() => !client.socket.connected, 'the loss');
    clock.tick(59_999);
    expect(events).to.deep.equal(['connection']);
    clock.tick(2000);
    clock.tick(2000);
    expect(events).to.deep.equal(['connection', 'transport close']);
    expect(both.bridge.size).to.equal(0);
  });

  it('ends with the Listener', async () => {
    const both = await serveBoth({ official: RECOVERY });
    const events = record(both);
    const [page, client] = await both.connect();
    lose(page);
    await until(() => !client.socket.connected, 'the loss');
    await both.io.close();
    expect(events).to.deep.equal(['connection', 'server close']);
  });

  it('ends at once when the client disconnects by itself', async () => {
    const both = await serveBoth({ official: RECOVERY });
    const events = record(both);
    const [page] = await both.connect();
    page.socket.disconnect();
    await until(() => events.length === 2, 'the end');
    expect(events).to.deep.equal(['connection', 'client close']);
  });

  it('gets its messages and broadcasts in the order of sending', async () => {
    const { io, connect } = await serveBoth({ official: RECOVERY });
    const [page, client] = await connect();
    const sent = Array.from({ length: 100 }, (_, i) => String(i));
    sent.forEach((text, i) => (i % 2 === 0 ? client.send(text) : io.broadcast(text)));
    expect(await page.take(100)).to.deep.equal(sent);
  });

  it('is another client if it cannot be recovered', async () => {
    const both = await serveBoth({ official: RECOVERY });
    const events = record(both);
    // Without a packet it has no offset to recover from.
    const [page, client] = await both.connect();
    lose(page);
    await until(() => !client.socket.connected, 'the loss');
    page.socket.connect();
    const second = await both.clients.next('another client');
    expect(second.sessionId).not.to.equal(client.sessionId);
    expect(events).to.deep.equal(['connection', 'connection']);
    await settle();
  });

  it('of version 2 ends at once: it cannot recover', async () => {
    const both = await serveBoth({ official: { ...RECOVERY, allowEIO3: true } });
    const events = record(both);
    const [page] = await both.connect({}, '2.5');
    lose(page);
    await until(() => events.length === 2, 'the end');
    expect(events).to.deep.equal(['connection', 'transport close']);
  });
});
