import { expect } from 'chai';
import { once } from 'node:events';
import type { Client } from '../../../lib/index.js';
import { ManualClock } from '../../support/clock.js';
import { WebsocketDriver, XhrPollingDriver } from '../../support/drivers/index.js';
import { RawSocket } from '../../support/raw.js';
import { serve } from '../../support/server.js';
import { flushEventLoop, until } from '../../support/wait.js';
import { openDelivering } from '../../metrics/fleet.js';

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;

describe('a client that reads slowly', () => {
  it('holds back a producer that waits for `drain`, within `highWaterMark` and one message', async () => {
    const { port, client: find } = await serve();
    const driver = await new WebsocketDriver(port).open();
    const client = await find(driver.sessionId);
    const text = 'x'.repeat(10 * KIBIBYTE);
    let most = 0;
    let waits = 0;
    const produce = async (): Promise<void> => {
      for (let i = 0; i < 2000; i++) {
        if (!client.writable) {
          waits++;
          // oxlint-disable-next-line eslint/no-await-in-loop -- the producer waits
          await once(client, 'drain');
        }
        client.send(text);
        most = Math.max(most, client.bufferedAmount);
      }
      client.send('end');
    };
    const produced = produce();
    let received = 0;
    // oxlint-disable-next-line eslint/no-await-in-loop -- one message after the other
    while ((await driver.next()) !== 'end') received++;
    await produced;
    expect(received).to.equal(2000);
    expect(waits).to.be.above(0);
    expect(most).to.be.within(64 * KIBIBYTE, 64 * KIBIBYTE + text.length + 100);
  });

  it('emits no `drain` unless the program has read that it is not writable', async () => {
    const { port, client: find } = await serve({ highWaterMark: 1000 });
    const driver = await new WebsocketDriver(port).open();
    const client = await find(driver.sessionId);
    let drains = 0;
    client.on('drain', () => drains++);
    client.send('x'.repeat(5000));
    client.volatile.send('dropped');
    client.send('end');
    await driver.next();
    expect(await driver.next()).to.equal('end');
    await flushEventLoop();
    expect(drains).to.equal(0);
    expect(client._drainWatch).to.equal(null);
    client.send('x'.repeat(5000));
    expect(client.bufferedAmount).to.be.at.least(5000);
    await until(() => drains === 1, 'drain');
  });

  it('counts an answer to a poll until the client has read it', async () => {
    const { port, client: find } = await serve();
    const driver = await new XhrPollingDriver(port).open();
    const client = await find(driver.sessionId);
    await until(() => client._open, 'the first poll');
    driver.drop();
    await until(() => !client._open, 'the client to be away');
    const raw = await RawSocket.connect(port);
    raw.write(`GET /socket.io/xhr-polling/${driver.sessionId}/1 HTTP/1.1\r\nHost: x\r\n\r\n`);
    raw.socket.pause();
    await until(() => client._open, 'the poll');
    client.send('y'.repeat(8 * MEBIBYTE));
    expect(client._open).to.equal(false);
    await flushEventLoop();
    expect(client.bufferedAmount).to.be.within(MEBIBYTE, 9 * MEBIBYTE);
    expect(client.writable).to.equal(false);
    const drained = once(client, 'drain');
    raw.socket.resume();
    await drained;
    expect(client.bufferedAmount).to.equal(0);
    raw.destroy();
  });

  it('has no limit with `highWaterMark: 0`', async () => {
    const { port, client: find } = await serve({ highWaterMark: 0 });
    const driver = await new WebsocketDriver(port).open();
    const client = await find(driver.sessionId);
    client.connection.cork();
    client.send('x'.repeat(MEBIBYTE));
    expect(client.bufferedAmount).to.be.at.least(MEBIBYTE);
    expect([client.writable, client.volatile.send('taken')]).to.deep.equal([true, true]);
  });

  it('emits `drain` when it has reconnected with delivery and received all messages', async () => {
    const { io, port } = await serve({ delivery: true, highWaterMark: 1000 });
    const member = await openDelivering(port, 'websocket');
    const [client] = Object.values(io.clients) as [Client];
    client.connection.destroy();
    await until(() => !client._open, 'the loss of the connection');
    for (let i = 0; client.writable; i++) client.send(`message ${i}`);
    expect(client.volatile.send('dropped')).to.equal(false);
    expect(client.bufferedAmount).to.be.at.least(1000);
    const count = client.unacknowledged();
    await once(client, 'drain');
    expect(client.bufferedAmount).to.be.below(1000);
    // oxlint-disable-next-line eslint/no-await-in-loop -- in order
    for (let i = 0; i < count; i++) await member.hear(`message ${i}`);
  });

  it('does not change properties of the application with these names', async () => {
    const { io, port, client: find } = await serve({ clock: new ManualClock() });
    const driver = await new WebsocketDriver(port).open();
    const client = await find(driver.sessionId);
    Object.assign(client, { bufferedAmount: 'mine', writable: 'mine', volatile: 'mine' });
    Object.assign(io, { volatile: 'mine' });
    expect([client.bufferedAmount, client.writable, client.volatile, io.volatile]).to.deep.equal(
      Array<string>(4).fill('mine'),
    );
    client.events.volatile.emit('news', 1);
    expect(await driver.next()).to.deep.equal({ name: 'news', args: [1] });
    io.to(client.sessionId).volatile.send('still sent');
    expect(await driver.next()).to.equal('still sent');
    expect(io.stats().bytes.waiting).to.equal(0);
  });
});
