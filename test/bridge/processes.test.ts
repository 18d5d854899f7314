import { expect } from 'chai';
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { createAdapter as createRedisAdapter } from '@socket.io/redis-adapter';
import { adapterBus } from '../../lib/bus/index.js';
import type { Bus } from '../../lib/index.js';
import { WebsocketDriver } from '../support/drivers/index.js';
import { until } from '../support/wait.js';
import { V1Client } from '../support/v1.js';
import { serveBoth, settle, type BridgedServer } from './fixture.js';

/** The adapter of official servers that the adapters for engines extend. */
interface ClusterAdapterClass {
  new (namespace: { readonly name: string }): {
    readonly uid: string;
    onMessage(message: unknown): void;
    onResponse(response: unknown): void;
  };
}

const { ClusterAdapter } = createRequire(require.resolve('socket.io4'))('socket.io-adapter') as {
  ClusterAdapter: ClusterAdapterClass;
};

/** An official adapter that connects the official servers of this process. */
function createAdapter(channel: EventEmitter): unknown {
  channel.setMaxListeners(0);
  return class extends ClusterAdapter {
    readonly #name: string;

    constructor(namespace: { readonly name: string }) {
      super(namespace);
      this.#name = namespace.name;
      channel.on(this.#name, (message: { uid: string }) => {
        if (message.uid !== this.uid) this.onMessage(message);
      });
      channel.on(`${this.#name} to ${this.uid}`, (response) => this.onResponse(response));
    }

    init(): void {}

    async doPublish(message: object): Promise<string> {
      // as an engine would: later, and encoded
      const text = JSON.stringify(message);
      setImmediate(() => channel.emit(this.#name, JSON.parse(text)));
      return '';
    }

    async doPublishResponse(uid: string, response: object): Promise<void> {
      setImmediate(() => channel.emit(`${this.#name} to ${uid}`, response));
    }
  };
}

/** Buses that are connected with each other, in the order of publishing. */
function createBuses(): () => Bus {
  const receivers = new Set<(message: Uint8Array) => void>();
  return () => ({
    publish(message) {
      const copy = Buffer.from(message);
      setImmediate(() => receivers.forEach((receive) => receive(copy)));
    },
    subscribe: (receive) => receivers.add(receive),
  });
}

/** A client of Redis, as far as the official adapter uses it; all of one channel are connected. */
function createRedisClient(channel: EventEmitter): object {
  type Receive = (message: Buffer, channel: string) => void;
  const subscribe = (names: string | readonly string[], receive: Receive): void => {
    for (const name of [names].flat()) {
      channel.on('message', (to: string, message: Buffer) => {
        if (to === name || (name.endsWith('*') && to.startsWith(name.slice(0, -1)))) {
          receive(message, to);
        }
      });
    }
  };
  return {
    on: () => undefined,
    pSubscribe: subscribe,
    subscribe,
    publish(to: string, message: string | Buffer) {
      const copy = Buffer.from(message as string);
      setImmediate(() => channel.emit('message', to, copy));
    },
    sendCommand: () => Promise.resolve([]),
    pUnsubscribe: () => undefined,
    unsubscribe: () => undefined,
  };
}

function createRedis(channel: EventEmitter): unknown {
  channel.setMaxListeners(0);
  return createRedisAdapter(createRedisClient(channel), createRedisClient(channel));
}

/** Two servers as in two processes. */
async function servePair(
  adapter: unknown,
  isAdapterBus = false,
): Promise<readonly [BridgedServer, BridgedServer]> {
  const createBus = createBuses();
  const official = adapter ? { adapter } : {};
  const serve = async (): Promise<BridgedServer> =>
    isAdapterBus
      ? serveBoth({ official, busOf: (server) => adapterBus(server as never) })
      : serveBoth({ official, listener: { bus: createBus() } });
  const pair = [await serve(), await serve()] as const;
  await until(() => pair.every(({ io }) => io.bus?.peers.size === 1), 'the processes to meet');
  return pair;
}

const ADAPTERS: readonly (readonly [name: string, create: () => unknown, isBus?: true])[] = [
  ['the in-memory adapter', () => null],
  ['an adapter that connects the processes', () => createAdapter(new EventEmitter())],
  ['the official adapter for Redis', () => createRedis(new EventEmitter())],
  ['adapterBus over an adapter', () => createAdapter(new EventEmitter()), true],
  ['adapterBus over the official adapter for Redis', () => createRedis(new EventEmitter()), true],
];

for (const [name, create, isBus] of ADAPTERS) {
  describe(`Bridges in two processes, with ${isBus ? '' : 'a bus and '}${name}`, () => {
    it('deliver everything once, in the order of sending', async () => {
      const [here, there] = await servePair(create(), isBus);
      const pages = [await here.connect(), await there.connect()] as const;
      const [[, client], [, farClient]] = pages;
      const old = [
        await new WebsocketDriver(here.port).open(),
        await new WebsocketDriver(there.port).open(),
      ];
      const v1 = await V1Client.open(there.port);
      client.join('room');
      farClient.join('room');

      here.io.broadcast('to all');
      here.io.to('room').send('to the room');
      client.to('room').send('to the others of the room');
      here.io.to(farClient.sessionId).send('to one');
      client.broadcast('to the others');
      here.io.broadcast('not to one', farClient.sessionId);
      here.io.broadcast('end');
      await settle();

      expect(await pages[0][0].take(4)).to.deep.equal([
        'to all',
        'to the room',
        'not to one',
        'end',
      ]);
      expect(await pages[1][0].take(6)).to.deep.equal([
        'to all',
        'to the room',
        'to the others of the room',
        'to one',
        'to the others',
        'end',
      ]);
      const forAll = ['to all', 'to the others', 'not to one', 'end'];
      for (const driver of old) {
        const seen = [];
        while (seen.length < forAll.length) seen.push(await driver.next());
        expect(seen).to.deep.equal(forAll);
      }
      for (const text of forAll) expect(await v1.next()).to.equal(`3:::${text}`);
      // Nothing arrives twice later.
      await settle();
      there.io.broadcast('last');
      for (const [page] of pages) expect(await page.next()).to.equal('last');
    });

    it('count, find, move and end clients of both', async () => {
      const [here, there] = await servePair(create(), isBus);
      const [, client] = await here.connect();
      const [page, farClient] = await there.connect();
      expect(await here.io.everybody.count()).to.equal(2);
      here.io.everybody.socketsJoin('room');
      const found = await here.io.to('room').fetchSockets();
      expect(found.map(({ sessionId }) => sessionId).toSorted()).to.deep.equal(
        [client.sessionId, farClient.sessionId].toSorted(),
      );
      const far = found.find(({ sessionId }) => sessionId === farClient.sessionId);
      expect(far?.transport).to.match(/^(?:polling|websocket)$/);
      far?.send('found').join('found');
      expect(await page.next()).to.equal('found');
      expect(await here.io.to('found').count()).to.equal(1);
      expect(here.io.bus?.peers.values().next().value?.sessions).to.be.a('number');
      far?.disconnect();
      await until(() => !page.socket.connected, 'the end of the far client');
      expect(farClient.disconnectReason).to.equal('server disconnect');
      here.io.disconnectSockets();
      expect(client.connected).to.equal(false);
    });
  });
}

for (const [name, create] of ADAPTERS.slice(1, 3)) {
  describe(`The official server of a bridge, with ${name}`, () => {
    it('broadcasts to the official clients of both processes once', async () => {
      const [here, there] = await servePair(create());
      const pages = [(await here.connect())[0], (await there.connect())[0]];
      here.official.emit('message', 'by the adapter');
      await settle();
      here.io.broadcast('by the bus');
      for (const page of pages) {
        expect(await page.take(2)).to.deep.equal(['by the adapter', 'by the bus']);
      }
    });
  });
}

describe('A bridge to a server that recovers connections, with an adapter that publishes first', () => {
  it('sends to one client and to all in the order of sending', async () => {
    const { io, connect } = await serveBoth({
      official: { adapter: createAdapter(new EventEmitter()), connectionStateRecovery: {} },
    });
    const [page, client] = await connect();
    client.send('one');
    io.broadcast('two');
    client.events.send('three');
    io.to(client.sessionId).send('four');
    client.send('five');
    expect(await page.take(5)).to.deep.equal(['one', 'two', 'three', 'four', 'five']);
  });

  it('ends the session with the connection: the adapter does not keep what is sent here', async () => {
    const { io, connect } = await serveBoth({
      official: { adapter: createAdapter(new EventEmitter()), connectionStateRecovery: {} },
    });
    const [page, client] = await connect();
    page.socket.io.engine.close();
    await until(() => !client.connected, 'the end');
    expect(client.disconnectReason).to.equal('transport close');
    expect(io.clients).to.deep.equal({});
  });
});
