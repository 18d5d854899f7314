import { expect } from 'chai';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { listen } from '../../lib/index.js';
import { Timer, Timers } from '../../lib/util/timers.js';
import { afterThisTest } from '../support/cleanup.js';
import { ManualClock } from '../support/clock.js';
import { VARIANTS } from '../support/drivers/index.js';
import { framed } from '../support/payload.js';
import { listenOnLoopback, QUIET, serve } from '../support/server.js';
import { flushEventLoop, uncaught, until } from '../support/wait.js';
import { expectAlive, expectNothingLeft } from '../support/checks.js';

/** A proxy that can swallow every packet, both ways, without closing a connection. */
async function swallower(port: number): Promise<{ port: number; swallow: () => void }> {
  let isSwallowing = false;
  const sockets: Socket[] = [];
  const proxy = createTcpServer((near) => {
    const far = connect(port, '127.0.0.1');
    sockets.push(near, far);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (chunk) => isSwallowing || to.write(chunk));
      from.on('close', () => isSwallowing || to.destroy());
      from.on('error', () => undefined);
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  afterThisTest(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  return {
    port: (proxy.address() as AddressInfo).port,
    swallow: () => {
      isSwallowing = true;
    },
  };
}

describe('faults', () => {
  for (const { name, create } of VARIANTS) {
    it(`ends a session of ${name} on a half-open link by its timers alone`, async () => {
      const clock = new ManualClock();
      const { transport, kind } = create(0);
      const timings = { heartbeatInterval: 1000, duration: 1000, closeTimeout: 1000 };
      const timeout = kind === 'polling' ? null : 1000;
      const transportOptions = { [transport]: { ...timings, timeout } };
      const served = await serve({ clock, transportOptions });
      const proxy = await swallower(served.port);
      const driver = await create(proxy.port).open();
      const client = await served.client(driver.sessionId);
      await until(() => client._open, 'the client to be there');
      proxy.swallow();
      for (let i = 0; i < 8; i++) {
        clock.tick(500);
        await flushEventLoop(2);
      }
      expect(served.io.clients).to.deep.equal({});
      await expectNothingLeft(served);
    });

    it(`refuses a session of ${name} from before a restart, and opens another`, async () => {
      const first = await serve();
      const driver = await create(first.port).open();
      const id = driver.sessionId;
      first.io.close();
      first.server.closeAllConnections();
      first.server.close();
      await once(first.server, 'close');
      const second = createServer();
      const io = listen(second, QUIET);
      const port = await listenOnLoopback(second);
      expect((await create(port).refusal(id)).status).to.equal(404);
      await create(port).open();
      expect(Object.keys(io.clients)).to.have.length(1);
    });

    it(`loses no message when a handler throws on ${name}, and rethrows each time`, async () => {
      const served = await serve();
      const { io } = served;
      const thrower = await create(served.port).open();
      const other = await create(served.port).open();
      const client = await served.client(thrower.sessionId);
      const heard: unknown[] = [];
      io.on('clientMessage', (message) => heard.push(message));
      client.on('message', (message) => {
        if (message === 'bad') throw new Error('the application is wrong');
        io.broadcast(message);
      });
      const error = uncaught();
      await thrower.send(framed('one', 'bad', 'two'));
      expect((await error).message).to.equal('the application is wrong');
      await until(() => heard.length === 3, 'the messages');
      expect(heard).to.deep.equal(['one', 'bad', 'two']);
      for (const driver of [thrower, other]) {
        expect(await driver.next()).to.equal('one');
        expect(await driver.next()).to.equal('two');
      }
      expect(client.connected).to.equal(true);
      await expectAlive(served);
    });
  }

  it('keeps sessions intact after exceptions in connection, clientMessage, disconnect and refused handlers', async () => {
    const served = await serve();
    const { io, port } = served;
    const events = ['clientConnect', 'connection', 'clientMessage', 'clientDisconnect', 'refused'];
    for (const event of events) {
      io.on(event, () => {
        throw new Error(event);
      });
    }
    const errors: string[] = [];
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => errors.push(error.message));
    try {
      for (const { create } of VARIANTS) {
        const driver = await create(port).open();
        await until(() => errors.at(-1) === 'connection', 'the exceptions');
        const before = errors.length;
        await driver.send(framed('hi'));
        await until(() => errors.length > before, 'the exception');
        const client = await served.client(driver.sessionId);
        client.send('still here');
        expect(await driver.next()).to.equal('still here');
        client.disconnect();
        await create(port).refusal(driver.sessionId);
      }
      const { length } = VARIANTS;
      await until(() => errors.length >= events.length * length, 'the errors');
      for (const event of events.slice(0, 4)) {
        expect(errors.filter((message) => message === event)).to.have.length(length);
      }
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const listener of others) process.on('uncaughtException', listener);
    }
    await expectNothingLeft(served);
  });

  it('ignores jumps of the system clock', async () => {
    const served = await serve({ transportOptions: { 'xhr-polling': { closeTimeout: 60 } } });
    const { now } = Date;
    afterThisTest(() => {
      Date.now = now;
    });
    const driver = await VARIANTS[0]?.create(served.port).open();
    Date.now = () => 0;
    await flushEventLoop();
    Date.now = () => 8e15;
    await flushEventLoop();
    const client = await served.client(driver?.sessionId ?? '');
    client.send('hi');
    expect(await driver?.next()).to.equal('hi');
    expect(client.connected).to.equal(true);
    Date.now = now;
    await expectAlive(served);
  });

  it('defers timers that are late by a stall once, so that no client times out', () => {
    let now = 0;
    const due: { callback: () => void; at: number }[] = [];
    const timers = new Timers({
      now: () => now,
      setTimeout: (callback, ms) => due.push({ callback, at: now + ms }),
      clearTimeout: () => undefined,
    });
    const rung: string[] = [];
    const answered = new Timer({ onTimeout: () => rung.push('answered') });
    const silent = new Timer({ onTimeout: () => rung.push('silent') });
    timers.set(answered, 8000);
    timers.set(silent, 8000);
    // suspended for a minute; then timers run before what clients sent is read
    now = 60_000;
    due.shift()?.callback();
    expect(rung).to.deep.equal([]);
    timers.clear(answered);
    const [grace] = due;
    expect(grace?.at).to.be.within(60_000, 61_000);
    now = grace?.at ?? 0;
    due.shift()?.callback();
    expect(rung).to.deep.equal(['silent']);
    expect(timers.size).to.equal(0);
    // a timer that fires in time is not deferred
    timers.set(silent, 8000);
    now += 8020;
    due.shift()?.callback();
    expect(rung).to.deep.equal(['silent', 'silent']);
  });
});
