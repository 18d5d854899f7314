import { expect } from 'chai';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { VARIANTS, WebsocketDriver } from '../support/drivers/index.js';
import { serve } from '../support/server.js';
import { settle, until } from '../support/wait.js';
import { afterThisTest } from '../support/cleanup.js';
import { expectNothingLeft, RawSocket } from './attack.js';

const LIMIT = 200_000;
const CROWD = 100;

/** A connection that asks for what `opening` says and never reads the answer. */
async function deaf(port: number, opening: Buffer): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  afterThisTest(() => socket.destroy());
  await once(socket, 'connect');
  socket.pause();
  socket.write(opening);
  return socket;
}

describe('slow consumers', function () {
  this.timeout(20_000);

  it('are cut at maxBuffer while the others keep receiving, and memory returns to its base', async () => {
    const served = await serve({ maxBuffer: LIMIT });
    const { port, io } = served;
    const crowd = await Promise.all(
      Array.from({ length: CROWD }, () => new WebsocketDriver(port).open()),
    );
    const reasons: string[] = [];
    const before = Object.keys(io.clients);
    for (const { name, create } of VARIANTS) {
      const driver = create(port);
      if (driver.kind === 'polling') continue;
      const key3 = Buffer.alloc(name.includes('76') ? 8 : 0);
      await deaf(port, Buffer.concat([driver.opening(''), key3]));
    }
    const deafOnes = VARIANTS.filter(({ create }) => create(0).kind !== 'polling').length;
    await until(() => Object.keys(io.clients).length === CROWD + deafOnes, 'the deaf ones');
    const slow = Object.values(io.clients).filter((client) => !before.includes(client.sessionId));
    for (const client of slow) client.on('disconnect', (reason) => reasons.push(reason));
    const external = process.memoryUsage().arrayBuffers;
    // a system buffers some megabytes for each connection of its own
    const text = 'x'.repeat(50_000);
    let sent = 0;
    let most = 0;
    for (; reasons.length < deafOnes && sent < 2000; sent++) {
      io.broadcast(text + sent);
      await settle(1);
      for (const client of slow) most = Math.max(most, client.connection.writableLength);
      for (const driver of crowd) expect(await driver.next()).to.equal(text + sent);
    }
    expect(reasons).to.deep.equal(Array(deafOnes).fill('queue overflow'));
    expect(most).to.be.below(2 * LIMIT);
    for (const driver of crowd) driver.drop();
    await expectNothingLeft(served);
    await settle(50);
    expect(process.memoryUsage().arrayBuffers - external).to.be.below(30_000_000);
  });

  it('that poll and do not come back are cut at maxQueue and maxBuffer', async () => {
    const served = await serve({ maxBuffer: LIMIT, maxQueue: 50 });
    const { io } = served;
    const reasons: string[] = [];
    io.on('clientDisconnect', (_client, reason) => reasons.push(reason));
    for (const { create } of VARIANTS) {
      if (create(0).kind !== 'polling') continue;
      const raw = await RawSocket.connect(served.port);
      raw.write(create(served.port).opening(''));
      await raw.readHead();
    }
    await until(
      () => Object.values(io.clients).every((client) => !client._open),
      'them to be away',
    );
    for (let i = 0; i < 50; i++) io.broadcast(i);
    await settle();
    expect(reasons).to.deep.equal([]);
    io.broadcast('one too many');
    await expectNothingLeft(served);
    expect(reasons).to.deep.equal(['queue overflow', 'queue overflow']);
  });
});
