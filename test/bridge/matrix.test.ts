/**
 * Clients of all generations on one server: what each receives of the others.
 *
 * @module
 */
import { expect } from 'chai';
import { Socket } from '../../client/node/index.js';
import type { Client } from '../../lib/index.js';
import { encode } from '../../lib/protocol/frames.js';
import { connect2011 } from '../proxies/client-2011.js';
import { afterThisTest } from '../support/cleanup.js';
import { VARIANTS } from '../support/drivers/index.js';
import { Queue } from '../support/queue.js';
import { until } from '../support/wait.js';
import { serveBoth } from './fixture.js';
import { CLIENTS, OfficialDriver, WAYS } from './official.js';

interface Peer {
  send(message: unknown): unknown;
  next(): Promise<unknown>;
}

type Connect = (port: number) => Promise<Peer>;

interface Socket09 {
  on(event: string, handler: (value: never) => void): void;
  send(message: unknown): void;
  readonly json: { send(message: unknown): void };
  disconnect(): void;
}

const official09 = (transport: string): Connect => {
  return (port) => {
    const io = require('socket.io-client-0.9.17') as {
      connect: (address: string, options: object) => Socket09;
    };
    const socket = io.connect(`http://127.0.0.1:${port}`, {
      'force new connection': true,
      reconnect: false,
      transports: [transport],
    });
    const messages = new Queue<unknown>();
    socket.on('message', (message: unknown) => messages.push(message));
    afterThisTest(() => socket.disconnect());
    return Promise.resolve({
      send: (message) =>
        typeof message === 'string' ? socket.send(message) : socket.json.send(message),
      next: () => messages.next('a message for a client of 0.9'),
    });
  };
};

const nodeClient = (transport: string): Connect => {
  return (port) => {
    const socket = new Socket(`http://127.0.0.1:${port}`, {
      transports: [transport],
      reconnect: false,
    });
    const messages = new Queue<unknown>();
    socket.on('message', (message: unknown) => messages.push(message));
    afterThisTest(() => socket.disconnect());
    socket.connect();
    return Promise.resolve({
      send: (message) => socket.send(message),
      next: () => messages.next('a message for the Node client'),
    });
  };
};

/** Every kind of client, with the protocol that the server sees. */
const KINDS: readonly (readonly [name: string, protocol: string, connect: Connect])[] = [
  ...VARIANTS.map(({ name, create }): (typeof KINDS)[number] => [
    `0.6, ${name}`,
    '0.6',
    async (port) => {
      const driver = await create(port).open();
      return { send: (message) => driver.send(encode(message)), next: () => driver.next() };
    },
  ]),
  ...['websocket', 'xhr-polling'].map((transport): (typeof KINDS)[number] => [
    `0.6, the client of 2011, ${transport}`,
    '0.6',
    async (port) => {
      const { socket, messages } = await connect2011(port, transport);
      return {
        send: (message) => socket.send(message),
        next: () => messages.next('a message for the client of 2011'),
      };
    },
  ]),
  ...['websocket', 'server-events', 'xhr-polling'].map((transport): (typeof KINDS)[number] => [
    `0.6, the Node client, ${transport}`,
    '0.6',
    nodeClient(transport),
  ]),
  ...['websocket', 'xhr-polling'].map((transport): (typeof KINDS)[number] => [
    `0.9.17, ${transport}`,
    '0.9',
    official09(transport),
  ]),
  ...Object.keys(CLIENTS).flatMap((version) =>
    Object.entries(WAYS).map(([way, options]): (typeof KINDS)[number] => [
      `${version}, ${way}`,
      version === '2.5' ? '2' : '4',
      async (port) => {
        const driver = await new OfficialDriver(port, options, version).open();
        if (way === 'polling, then websocket') await driver.upgraded();
        return { send: (message) => driver.socket.send(message), next: () => driver.next() };
      },
    ]),
  ),
];

const VALUES: readonly unknown[] = [
  'plain text',
  'grüße 😀 \u2028 "quoted" ~m~3~m~',
  { json: [1, null, { deep: 'ü' }], text: '' },
];

describe(`${KINDS.length} kinds of clients on one server`, function () {
  this.timeout(60_000);

  it('receive broadcasts, rooms, direct messages and relays of each other once, in order', async () => {
    const { io, port, clients } = await serveBoth({ official: { allowEIO3: true } });
    const peers: (readonly [name: string, peer: Peer, client: Client])[] = [];
    for (const [name, protocol, connect] of KINDS) {
      const peer = await connect(port);
      const client = await clients.next(`the client ${name}`);
      expect(client.protocol, name).to.equal(protocol);
      peers.push([name, peer, client]);
    }

    /** Checks that each peer that is expected to has received a message next. */
    const allReceive = async (
      message: unknown,
      isFor: (at: number) => boolean = () => true,
    ): Promise<void> => {
      for (const [at, [name, peer]] of peers.entries()) {
        if (isFor(at)) expect(await peer.next(), name).to.deep.equal(message);
      }
    };

    // from each to all others, by the app
    io.on('clientMessage', (value, client) => client.broadcast({ value }));
    for (const [from, [, peer]] of peers.entries()) {
      for (const value of VALUES) {
        await peer.send(value);
        await allReceive({ value }, (at) => at !== from);
      }
    }

    // from the app: to all, to rooms that overlap, to one, to all but one
    for (const [at, [name, , client]] of peers.entries()) {
      if (at % 2 === 0) client.join('even');
      if (at % 3 === 0) client.join('third');
      client.send(`you are ${name}`);
    }
    for (const [name, peer] of peers) expect(await peer.next()).to.equal(`you are ${name}`);
    for (const value of VALUES) io.broadcast(value);
    for (const value of VALUES) await allReceive(value);
    io.to('even').send('even');
    io.to(['even', 'third']).send('once');
    io.to('even').except('third').send('even, not third');
    await allReceive('even', (at) => at % 2 === 0);
    await allReceive('once', (at) => at % 2 === 0 || at % 3 === 0);
    await allReceive('even, not third', (at) => at % 2 === 0 && at % 3 !== 0);
    for (const [at, [, , client]] of peers.entries()) {
      io.to(client.sessionId).send(`to ${at}`);
      client.to('even').send(`from ${at}`);
      await allReceive(`to ${at}`, (other) => other === at);
      await allReceive(`from ${at}`, (other) => other !== at && other % 2 === 0);
    }

    // each is disconnected in turn, after a last message, and the others receive a broadcast about
    // it
    io.on('clientDisconnect', ({ protocol }, reason) => io.broadcast({ protocol, reason }));
    for (let last = peers.pop(); last; last = peers.pop()) {
      const [name, peer, client] = last;
      io.to(client.sessionId).send('bye').disconnectSockets();
      expect(await peer.next(), name).to.equal('bye');
      await until(() => !client.connected, `the end of ${name}`);
      await allReceive({ protocol: client.protocol, reason: 'server disconnect' });
    }
    expect(io.clients).to.deep.equal({});
  });
});
