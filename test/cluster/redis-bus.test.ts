import { createClient } from '@redis/client';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { redisBus } from '../../lib/bus/index.js';
import type { Bus, Client, Listener } from '../../lib/index.js';
import { afterThisTest } from '../support/cleanup.js';
import { WebsocketDriver } from '../support/drivers/index.js';
import { serve } from '../support/server.js';
import { until } from '../support/wait.js';
import { HAS_REDIS, RedisServer } from './redis.js';

interface Engine {
  readonly bus: Bus;
  /** Publishes bytes that are not ours. */
  readonly inject: (bytes: Buffer) => Promise<unknown>;
}

const CLIENTS: Readonly<Record<string, (port: number) => Promise<Engine>>> = {
  async 'node-redis'(port) {
    const client = createClient({
      socket: { port, host: '127.0.0.1', reconnectStrategy: 50 },
      disableOfflineQueue: true,
    });
    client.on('error', () => undefined);
    const connecting = client.connect().catch(() => undefined);
    await Promise.race([connecting, new Promise((resolve) => setTimeout(resolve, 200))]);
    afterThisTest(() => client.destroy());
    return { bus: redisBus(client), inject: (bytes) => client.publish('socket.io-node', bytes) };
  },
  async ioredis(port) {
    const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 50 });
    client.on('error', () => undefined);
    afterThisTest(() => client.disconnect());
    return { bus: redisBus(client), inject: (bytes) => client.publish('socket.io-node', bytes) };
  },
};

interface Member {
  readonly io: Listener;
  readonly engine: Engine;
  readonly driver: WebsocketDriver;
  readonly client: Client;
  readonly events: string[];
}

async function join(make: (port: number) => Promise<Engine>, redis: RedisServer): Promise<Member> {
  const engine = await make(redis.port);
  const {
    io,
    port,
    client: find,
  } = await serve({
    bus: engine.bus,
    busOptions: { heartbeatInterval: 200, timeout: 4000 },
  });
  const events: string[] = [];
  for (const name of ['busDown', 'busUp', 'busLost', 'peerConnect', 'peerDisconnect'] as const) {
    io.on(name, () => events.push(name));
  }
  const driver = await new WebsocketDriver(port).open();
  return { io, engine, driver, client: await find(driver.sessionId), events };
}

async function joinTwo(
  make: (port: number) => Promise<Engine>,
  redis: RedisServer,
): Promise<[Member, Member]> {
  const members: [Member, Member] = [await join(make, redis), await join(make, redis)];
  await until(() => members.every(({ io }) => io.bus?.peers.size === 1), 'the two to meet');
  return members;
}

async function receive(member: Member, count: number): Promise<unknown[]> {
  const messages: unknown[] = [];
  while (messages.length < count) messages.push(await member.driver.next());
  return messages;
}

for (const [name, make] of Object.entries(CLIENTS)) {
  describe(`redisBus with ${name}`, function () {
    this.timeout(60_000);
    let redis: RedisServer;

    before(async function () {
      if (!HAS_REDIS) {
        console.warn('redis-server is not installed: the tests of redisBus are skipped');
        this.skip();
      }
      redis = await RedisServer.start();
    });

    after(() => redis?.stop());

    it('carries broadcasts, rooms, direct messages and kicks, in the order of sending', async () => {
      const [a, b] = await joinTwo(make, redis);
      b.client.join('news');
      a.io.broadcast('all');
      a.io.broadcast('not b', b.driver.sessionId);
      a.io.to('news').send('news');
      a.io.to(b.driver.sessionId).send({ direct: 1 });
      a.client.to('news').send('from a client');
      a.io.to('news').local.send('local only');
      a.io.in('news').socketsJoin('more');
      a.io.to('more').except(a.driver.sessionId).send('x'.repeat(1_000_000));
      a.io.to('none').send('none');
      a.io.broadcast('last');
      expect(await receive(b, 6)).to.deep.equal([
        'all',
        'news',
        { direct: 1 },
        'from a client',
        'x'.repeat(1_000_000),
        'last',
      ]);
      expect(await receive(a, 3)).to.deep.equal(['all', 'not b', 'last']);
      a.io.to(b.driver.sessionId).send('bye');
      a.io.to(b.driver.sessionId).disconnectSockets();
      expect(await receive(b, 1)).to.deep.equal(['bye']);
      await until(() => !b.client.connected, 'the kick');
      expect(a.client.connected).to.equal(true);
    });

    it('counts and fetches clients of all processes', async () => {
      const [a, b] = await joinTwo(make, redis);
      b.client.join('news');
      expect(await a.io.everybody.count()).to.equal(2);
      expect(await a.io.to('news').count()).to.equal(1);
      expect(await a.io.local.count()).to.equal(1);
      const [found] = await a.io.to('news').fetchSockets();
      expect(found).to.deep.include({
        sessionId: b.driver.sessionId,
        transport: 'websocket',
        rooms: new Set([b.driver.sessionId, 'news']),
      });
      found?.send('found').disconnect();
      expect(await receive(b, 1)).to.deep.equal(['found']);
      await until(() => !b.client.connected, 'the kick');
    });

    it('ignores messages that are not of a Listener', async () => {
      const [a, b] = await joinTwo(make, redis);
      await a.engine.inject(Buffer.from('hello'));
      await a.engine.inject(Buffer.alloc(1_000_000, 0xff));
      await until(() => b.io.bus?.figures.malformed === 2, 'the bytes');
      a.io.broadcast('still here');
      expect(await receive(b, 1)).to.deep.equal(['still here']);
    });

    for (const [fault, breakIt, mendIt] of [
      ['is killed and restarted', () => redis.kill(), () => redis.restart()],
      ['is frozen', () => redis.freeze(), () => redis.thaw()],
    ] as const) {
      it(`delivers everything once, in order, while Redis ${fault}; local clients notice nothing`, async () => {
        const [a, b] = await joinTwo(make, redis);
        const sent: string[] = [];
        const send = async (count: number): Promise<void> => {
          for (let i = 0; i < count; i++) {
            sent.push(`m${sent.length}`);
            a.io.broadcast(sent.at(-1));
            expect(await a.driver.next()).to.equal(sent.at(-1));
          }
        };
        await send(20);
        await breakIt();
        await send(50);
        await until(() => a.events.includes('busDown'), 'the engine to be down');
        await send(20);
        await mendIt();
        await send(20);
        await until(() => a.events.includes('busUp'), 'the engine to be back');
        await send(20);
        expect(await receive(b, sent.length)).to.deep.equal(sent);
        expect([...a.events, ...b.events]).not.to.include('busLost');
        expect([...a.events, ...b.events]).not.to.include('peerDisconnect');
      });
    }

    it('works alone while Redis is absent, and joins when it is there', async () => {
      await redis.kill();
      const a = await join(make, redis);
      a.io.broadcast('alone');
      expect(await receive(a, 1)).to.deep.equal(['alone']);
      await redis.restart();
      const b = await join(make, redis);
      await until(
        () => a.io.bus?.peers.size === 1 && b.io.bus?.peers.size === 1,
        'the two to meet',
      );
      b.io.broadcast('together');
      expect(await receive(a, 1)).to.deep.equal(['together']);
    });

    it('says goodbye, and leaves the client of the application open', async () => {
      const [a, b] = await joinTwo(make, redis);
      b.client.on('disconnect', () => b.io.broadcast('b has left'));
      b.io.close();
      expect(await receive(a, 1)).to.deep.equal(['b has left']);
      await until(() => a.events.includes('peerDisconnect'), 'the goodbye');
      await b.engine.inject(Buffer.from('the client is open'));
      await until(() => a.io.bus?.figures.malformed === 1, 'the bytes');
    });
  });
}
