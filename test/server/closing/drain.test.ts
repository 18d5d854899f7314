import { expect } from 'chai';
import { bridge, type BridgedClient } from '../../../lib/bridge/index.js';
import type { Client, Listener } from '../../../lib/index.js';
import { OfficialDriver, OfficialServer } from '../../bridge/official.js';
import { openDelivering } from '../../metrics/fleet.js';
import { afterThisTest } from '../../support/cleanup.js';
import { ManualClock } from '../../support/clock.js';
import { VARIANTS, WebsocketDriver, XhrPollingDriver } from '../../support/drivers/index.js';
import { Queue } from '../../support/queue.js';
import { framed } from '../../support/payload.js';
import { request } from '../../support/raw.js';
import { serve, type Served } from '../../support/server.js';
import { V1_VARIANTS } from '../../support/v1-drivers.js';
import { flushEventLoop, until, within } from '../../support/wait.js';

const OVER = 10_000;

interface Fixture extends Served {
  readonly clock: ManualClock;
  readonly reasons: string[];
}

async function setUp(options: object = {}): Promise<Fixture> {
  const clock = new ManualClock();
  const served = await serve({ clock, ...options });
  const reasons: string[] = [];
  served.io.on('clientDisconnect', (_client, reason) => reasons.push(reason));
  return { ...served, clock, reasons };
}

const size = (io: Listener): number => Object.keys(io.clients).length;

describe('listener.close({ over })', () => {
  it('ends the sessions evenly over the time, and the rest at its end', async () => {
    const { io, port, clock, reasons } = await setUp();
    for (let i = 0; i < 16; i++) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      await new WebsocketDriver(port).open();
    }
    const left: number[] = [];
    const closed = io.close({ over: OVER });
    for (let i = 0; i < 8; i++) {
      left.push(size(io));
      clock.tick(1000);
    }
    expect(left).to.deep.equal([15, 13, 11, 9, 7, 5, 3, 1]);
    expect(size(io)).to.equal(0);
    await closed;
    expect(reasons).to.deep.equal(Array<string>(16).fill('server close'));
    expect(clock.pending).to.equal(0);
  });

  it('resolves at once without sessions, and when the last session has ended by itself', async () => {
    const empty = await setUp();
    await empty.io.close({ over: OVER });
    const { io, port, clock } = await setUp();
    const driver = await new XhrPollingDriver(port).open();
    const other = await new WebsocketDriver(port).open();
    const closed = io.close({ over: OVER });
    await until(() => size(io) === 1, 'the first to end');
    await Promise.all([driver.close(), other.close()]);
    await closed;
    expect(clock.pending).to.equal(0);
  });

  it('ends all at once when it is called without `over` meanwhile', async () => {
    const { io, port, reasons } = await setUp();
    for (let i = 0; i < 3; i++) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      await new WebsocketDriver(port).open();
    }
    const closed = io.close({ over: OVER });
    expect(size(io)).to.equal(2);
    void io.close();
    await closed;
    expect(reasons).to.have.length(3);
  });

  it('refuses new sessions of all generations with 503 and Retry-After, on a connection that ends', async () => {
    const { io, port, server } = await setUp();
    const codes: string[] = [];
    io.on('refused', ({ code }) => codes.push(code));
    const official = new OfficialServer(server);
    bridge(io, official);
    afterThisTest(() => void official.close());
    const drivers = [
      await new WebsocketDriver(port).open(),
      await new WebsocketDriver(port).open(),
    ];
    void io.close({ over: OVER });
    for (const path of ['/socket.io/xhr-polling//1', '/socket.io/1/']) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      const { status, headers, body } = await request(port, path);
      expect([status, headers['retry-after'], headers['connection']]).to.deep.equal([
        503,
        '1',
        'close',
      ]);
      expect(body).to.equal('This server is about to end: connect again');
    }
    const upgrade = await new WebsocketDriver(port).refusal();
    expect([upgrade.status, upgrade.headers['retry-after']]).to.deep.equal([503, '1']);
    expect(codes).to.deep.equal(Array<string>(3).fill('ERR_SIO_DRAINING'));
    const { status } = await request(port, '/socket.io/?EIO=4&transport=polling');
    expect(status).to.equal(403);
    // a session that is there is served
    (Object.values(io.clients)[0] as Client).send('still here');
    expect(await Promise.any(drivers.map((driver) => driver.next()))).to.equal('still here');
  });

  it('answers health checks with 200, then with 503, and afterwards leaves them to the application', async () => {
    const { io, port } = await setUp({ healthPath: '/health' });
    const driver = await new WebsocketDriver(port).open();
    await new WebsocketDriver(port).open();
    const check = async (): Promise<unknown[]> => {
      const { status, body } = await request(port, '/health?from=balancer');
      return [status, body];
    };
    expect(await check()).to.deep.equal([200, 'ok']);
    expect(io.draining).to.equal(false);
    expect(await request(port, '/healthy')).to.include({ body: 'app' });
    expect(await request(port, '/health', { method: 'POST' })).to.include({ body: 'app' });
    const closed = io.close({ over: OVER });
    expect(io.draining).to.equal(true);
    expect(await check()).to.deep.equal([503, 'draining']);
    void io.close();
    driver.drop();
    await closed;
    expect(await check()).to.deep.equal([200, 'app']);
  });

  for (const over of [-1, NaN, 2 ** 31]) {
    it(`throws for ${over}`, async () => {
      const { io } = await setUp();
      expect(() => io.close({ over })).to.throw(RangeError, 'Expected `over` to be from 0');
      expect(() => io.close({ over: '5' as never })).to.throw(
        TypeError,
        'a number of milliseconds',
      );
      expect(io.draining).to.equal(false);
    });
  }

  for (const { name, create } of VARIANTS) {
    it(`delivers what was sent before to a client of 0.6: ${name}`, async () => {
      const { io, port, client: find, reasons } = await setUp();
      const driver = await create(port).open();
      const client = await find(driver.sessionId);
      client.send('before');
      const closed = io.close({ over: OVER });
      expect(await driver.next()).to.equal('before');
      if (driver.kind === 'polling') driver.drop();
      else await driver.ended();
      await closed;
      expect(reasons).to.deep.equal(['server close']);
    });
  }

  for (const variant of V1_VARIANTS) {
    it(`delivers what was sent before to a client of 0.9, without 0::, ${variant.name}`, async () => {
      const { io, port, client: find } = await setUp();
      const driver = await variant.open(port);
      (await find(driver.sessionId)).send('before');
      void io.close({ over: OVER });
      expect(await driver.next()).to.equal('3:::before');
      if (driver.kind === 'polling') driver.drop();
      else await driver.ended();
    });
  }

  for (const transport of ['polling', 'websocket']) {
    it(`closes the connection of an official client, which reconnects: ${transport}`, async () => {
      const { io, port, server, reasons } = await setUp();
      const official = new OfficialServer(server);
      bridge(io, official);
      afterThisTest(() => void official.close());
      const driver = await new OfficialDriver(port, { transports: [transport] }).open();
      await until(() => size(io) === 1, 'the client');
      const ends = new Queue<string>();
      driver.socket.on('disconnect', (reason: string) => ends.push(reason));
      (Object.values(io.clients)[0] as BridgedClient).send('before');
      await io.close({ over: OVER });
      expect(await driver.next()).to.equal('before');
      expect(await ends.next('the end')).to.be.oneOf(['transport close', 'transport error']);
      expect(reasons).to.deep.equal(['server close']);
    });
  }
});

/** A session with delivery between two polls: its client has sent a message, and gets another. */
async function betweenPolls({ io, port }: Served): Promise<(path: string) => Promise<string>> {
  const first = await request(port, '/socket.io/xhr-polling//c=1&a=0&k=&s=1&t=1');
  const [, id, key] = /^~m~\d+~m~(\d+)~m~\d+~m~~h~d(\d+):/.exec(first.body) ?? [];
  const at = `/socket.io/xhr-polling/${id}`;
  const place = (received: number, next: number): string =>
    `c=1&a=${received}&k=${key}&s=${next}&t=1`;
  const body = `data=${encodeURIComponent(framed('up'))}`;
  await request(port, `${at}/send/${place(0, 1)}`, { method: 'POST', body });
  (Object.values(io.clients)[0] as Client).send('down');
  return async (path) => {
    const isClose = path === 'close';
    const url = isClose ? `${at}/close/${place(1, 2)}` : `${at}/${place(0, 1)}`;
    return (await request(port, url, isClose ? { method: 'POST', body: 'data=' } : {})).body;
  };
}

describe('listener.close({ over }) with delivery', () => {
  for (const transport of ['websocket', 'xhr-polling', 'server-events']) {
    it(`moves a client to another server with nothing lost or doubled: ${transport}`, async () => {
      const old = await serve({ delivery: true });
      const received: unknown[] = [];
      const lost: unknown[] = [];
      old.io.on('clientMessage', (message) => received.push(message));
      old.io.on('connection', (client) => client.on('lost', (messages) => lost.push(...messages)));
      const { socket } = await openDelivering(old.port, transport);
      const heard: unknown[] = [];
      const lists: unknown[] = [];
      socket.on('message', (message) => heard.push(message));
      socket.on('lost', (messages: readonly unknown[], isClean: boolean) =>
        lists.push([[...messages], isClean]),
      );
      const [client] = Object.values(old.io.clients) as [Client];
      for (let i = 0; i < 100; i++) socket.send(`up ${i}`);
      for (let i = 0; i < 100; i++) client.send(`down ${i}`);
      const fresh = await serve({ delivery: true });
      fresh.io.on('clientMessage', (message) => received.push(message));
      socket.on('disconnect', () => {
        socket.options.port = fresh.port;
      });
      const closed = within(
        Promise.resolve(old.io.close({ over: 1000 })),
        () => 'the end of the drain',
      );
      // sent while the end is on its way
      for (let i = 100; i < 200; i++) socket.send(`up ${i}`);
      await closed;
      await until(() => size(fresh.io) === 1, 'the client at the other server');
      await until(() => received.length >= 200, 'all messages');
      socket.send('end');
      await until(() => received.at(-1) === 'end', 'the last message');
      expect(received).to.deep.equal([...Array.from({ length: 200 }, (_, i) => `up ${i}`), 'end']);
      expect(heard).to.deep.equal(Array.from({ length: 100 }, (_, i) => `down ${i}`));
      expect(lost).to.deep.equal([]);
      expect(lists).to.deep.equal([[[], true]]);
    });
  }

  it('asks a client that is away when it is back', async () => {
    const { io, port } = await serve({ delivery: true });
    const reasons: string[] = [];
    io.on('clientDisconnect', (_client, reason) => reasons.push(reason));
    const { socket } = await openDelivering(port, 'websocket');
    const [client] = Object.values(io.clients) as [Client];
    client.connection.destroy();
    await until(() => !client._open, 'the loss of the connection');
    client.send('while away');
    const heard = new Promise((resolve) => socket.once('message', resolve));
    const closed = io.close({ over: 30_000 });
    expect(await heard).to.equal('while away');
    await closed;
    expect(reasons).to.deep.equal(['server close']);
  });

  it('ends a client that does not acknowledge within eight seconds, with `lost`', async () => {
    const { io, port, clock } = await setUp({ delivery: true });
    const driver = new WebsocketDriver(port);
    const { socket } = await openDelivering(port, 'websocket');
    const [client] = Object.values(io.clients) as [Client];
    const lost: unknown[] = [];
    client.on('lost', (messages) => lost.push(...messages));
    client.connection.pause();
    client.send('in doubt');
    const closed = io.close({ over: OVER });
    client.send('too late');
    clock.tick(8020);
    await closed;
    expect(lost).to.deep.equal(['in doubt', 'too late']);
    socket.disconnect();
    driver.drop();
  });

  it('asks a client that is between two polls at the end of the time with its next poll', async () => {
    const served = await setUp({ delivery: true });
    const { io, clock, reasons } = served;
    const lost: unknown[] = [];
    io.on('connection', (client) => client.on('lost', (messages) => lost.push(...messages)));
    const send = await betweenPolls(served);
    const closed = io.close({ over: OVER });
    clock.tick(OVER);
    await flushEventLoop();
    clock.tick(7000);
    expect(await send('poll'))
      .to.include('down')
      .and.match(/~h~m~m~\d+~m~~h~e1:1$/);
    expect(size(io)).to.equal(1);
    await send('close');
    await closed;
    expect([reasons, lost, clock.pending]).to.deep.equal([['server close'], [], 0]);
  });

  it('ends a client that does not poll any more eight seconds after the time', async () => {
    const served = await setUp({ delivery: true });
    const { io, clock, reasons } = served;
    await betweenPolls(served);
    const closed = io.close({ over: OVER });
    clock.tick(OVER);
    await flushEventLoop();
    expect(reasons).to.deep.equal([]);
    clock.tick(8000);
    await closed;
    expect(reasons).to.deep.equal(['server close']);
  });
});
