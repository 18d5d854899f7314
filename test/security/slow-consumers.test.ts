import { expect } from 'chai';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Client } from '../../lib/index.js';
import { BUILT_IN } from '../../lib/transports/index.js';
import { VARIANTS, WebsocketDriver } from '../support/drivers/index.js';
import { serve } from '../support/server.js';
import { flushEventLoop, until } from '../support/wait.js';
import { afterThisTest } from '../support/cleanup.js';
import { expectNothingLeft } from '../support/checks.js';
import { RawSocket } from '../support/raw.js';

const LIMIT = 200_000;
const CROWD = 1000;
/** No more connect at a time than a server's backlog holds. */
const BATCH = 200;

/** A connection that sends `opening` and never reads the answer. */
async function openUnread(port: number, opening: Buffer): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  afterThisTest(() => socket.destroy());
  await once(socket, 'connect');
  socket.pause();
  socket.write(opening);
  return socket;
}

/** Bytes in buffers that are still referenced. */
async function heldBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // twice: what is finalised by one collection is freed by the next
  collect();
  await flushEventLoop(50);
  collect();
  return process.memoryUsage().arrayBuffers;
}

async function crowdOf(port: number): Promise<WebsocketDriver[]> {
  const crowd: WebsocketDriver[] = [];
  while (crowd.length < CROWD) {
    const batch = Array.from({ length: BATCH }, () => new WebsocketDriver(port).open());
    crowd.push(...(await Promise.all(batch)));
  }
  return crowd;
}

/** The system buffers some megabytes for a connection; Node buffers only what exceeds them. */
async function fill(client: Client): Promise<void> {
  while (client.connection.writableLength === 0) {
    client.send('x'.repeat(100_000));
    await flushEventLoop(1);
  }
}

describe('slow consumers', function () {
  this.timeout(40_000);

  it('are closed at maxBuffer while others keep receiving, and their memory is freed', async () => {
    // no heartbeats among the messages, however long it takes
    const quiet = [...BUILT_IN.keys()].map((name) => [name, { timeout: null }] as const);
    const transportOptions = Object.fromEntries(quiet);
    const served = await serve({ maxBuffer: LIMIT, transportOptions });
    const { port, io } = served;
    const crowd = await crowdOf(port);
    const reasons: string[] = [];
    const before = Object.keys(io.clients);
    for (const { name, create } of VARIANTS) {
      const driver = create(port);
      if (driver.kind === 'polling') continue;
      const key3 = Buffer.alloc(name.includes('76') ? 8 : 0);
      await openUnread(port, Buffer.concat([driver.opening(''), key3]));
    }
    const deafOnes = VARIANTS.filter(({ create }) => create(0).kind !== 'polling').length;
    await until(() => Object.keys(io.clients).length === CROWD + deafOnes, 'the openUnread ones');
    const slow = Object.values(io.clients).filter((client) => !before.includes(client.sessionId));
    for (const client of slow) client.on('disconnect', (reason) => reasons.push(reason));
    const base = await heldBytes();
    await Promise.all(slow.map(fill));
    expect(reasons).to.deep.equal([]);
    const text = 'x'.repeat(10_000);
    let most = 0;
    for (let sent = 0; reasons.length < deafOnes && sent < 200; sent++) {
      io.broadcast(text + sent);
      await flushEventLoop(1);
      for (const client of slow) most = Math.max(most, client.connection.writableLength);
      for (const driver of crowd) expect(await driver.next()).to.equal(text + sent);
    }
    expect(reasons).to.deep.equal(Array(deafOnes).fill('queue overflow'));
    expect(most).to.be.below(2 * LIMIT);
    for (const driver of crowd) driver.drop();
    await expectNothingLeft(served);
    expect((await heldBytes()) - base).to.be.below(deafOnes * LIMIT);
  });

  it('are closed at maxQueue and maxBuffer if they poll and do not return', async () => {
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
    await flushEventLoop();
    expect(reasons).to.deep.equal([]);
    io.broadcast('one too many');
    await expectNothingLeft(served);
    expect(reasons).to.deep.equal(['queue overflow', 'queue overflow']);
  });
});
