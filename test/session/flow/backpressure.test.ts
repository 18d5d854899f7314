/**
 * Backpressure, which is the same for clients of all generations and transports.
 *
 * @module
 */
import { expect } from 'chai';
import type { Socket } from 'node:net';
import { bridge, type BridgedClient } from '../../../lib/bridge/index.js';
import type { Client, Listener } from '../../../lib/index.js';
import {
  Member06,
  Member09,
  OFFICIAL,
  OfficialMember,
  openDelivering,
  type Member,
} from '../../metrics/fleet.js';
import { OfficialDriver, OfficialServer } from '../../bridge/official.js';
import { afterThisTest } from '../../support/cleanup.js';
import { VARIANTS } from '../../support/drivers/index.js';
import { serve } from '../../support/server.js';
import { V1_VARIANTS } from '../../support/v1-drivers.js';
import { flushEventLoop, until } from '../../support/wait.js';

const MARK = 20_000;
const TEXT = 'é'.repeat(5000);
const TEXT_BYTES = 10_000;

interface Kind {
  readonly name: string;
  readonly open: (port: number) => Promise<Member>;
}

const KINDS: readonly Kind[] = [
  ...VARIANTS.map(({ name, create }) => ({
    name: `${name} of 0.6`,
    open: async (port: number) => new Member06(await create(port).open()),
  })),
  ...V1_VARIANTS.map((variant) => ({
    name: `${variant.name} of 0.9`,
    open: async (port: number) => new Member09(await variant.open(port)),
  })),
  ...OFFICIAL.map(([version, protocol, transport]) => ({
    name: `${transport} of ${version}`,
    open: async (port: number) => {
      const driver = await new OfficialDriver(port, { transports: [transport] }, version).open();
      return new OfficialMember(driver, protocol, transport);
    },
  })),
  ...['websocket', 'xhr-polling', 'server-events'].map((transport) => ({
    name: `${transport} with delivery`,
    open: (port: number) => openDelivering(port, transport),
  })),
];

interface Pair {
  readonly io: Listener;
  readonly member: Member;
  readonly client: Client;
  /** The events `drain` so far. */
  readonly drains: readonly number[];
}

/** A client that can be written to, and its client of the Listener. */
async function connect({ open }: Kind): Promise<Pair> {
  const { io, server, port } = await serve({ highWaterMark: MARK, delivery: true });
  const official = new OfficialServer(server, { allowEIO3: true });
  bridge(io, official);
  afterThisTest(() => void official.close());
  const member = await open(port);
  await until(() => Object.keys(io.clients).length === 1, 'the client');
  const client = Object.values(io.clients)[0] as Client;
  await until(() => canTake(client), 'the client to be able to take a message');
  const drains: number[] = [];
  client.on('drain', () => drains.push(client.bufferedAmount));
  return { io, member, client, drains };
}

/** The connection of an official client as it is here. */
function officialTransport(client: Client): { writable: boolean; socket?: { _socket: Socket } } {
  return (client as BridgedClient).socket.conn.transport as never;
}

const isOfficial = (client: Client): boolean => client.protocol === '4' || client.protocol === '2';

function canTake(client: Client): boolean {
  return isOfficial(client) ? officialTransport(client).writable : client._open;
}

/**
 * Lets the connection of a client take nothing, as if its network were slow. A poll takes one payload,
 * and then nothing until the next poll. Returns a function that undoes it.
 */
function stall(client: Client): () => void {
  const socket = isOfficial(client) ? officialTransport(client).socket?._socket : client.connection;
  if (/polling/.test(client.transport) || socket === undefined) {
    client.send('an answer to the poll');
    return () => undefined;
  }
  socket.cork();
  return () => socket.uncork();
}

async function hearAll(member: Member, texts: readonly string[]): Promise<void> {
  // oxlint-disable-next-line eslint/no-await-in-loop -- in order
  for (const text of texts) await member.hear(text);
}

for (const kind of KINDS) {
  describe(`backpressure: ${kind.name}`, () => {
    it('is measured in bytes, and emits `drain` once less waits', async () => {
      const { member, client, drains } = await connect(kind);
      expect([client.bufferedAmount, client.writable]).to.deep.equal([0, true]);
      const release = stall(client);
      const first = /polling/.test(client.transport) ? ['an answer to the poll'] : [];
      client.send(TEXT);
      expect(client.writable).to.equal(true);
      const least = isOfficial(client) ? TEXT.length : TEXT_BYTES / 2;
      expect(client.bufferedAmount).to.be.at.least(least);
      let sent = 1;
      for (; client.writable; sent++) client.send(TEXT);
      expect(sent).to.be.within(2, 5);
      expect(client.bufferedAmount).to.be.at.least(MARK);
      expect(drains).to.deep.equal([]);
      release();
      await hearAll(member, [...first, ...Array<string>(sent).fill(TEXT)]);
      await until(() => drains.length > 0, 'drain');
      expect(drains[0]).to.be.below(MARK);
      expect(client.writable).to.equal(true);
      await flushEventLoop();
      expect(drains).to.have.length(1);
    });

    it('drops volatile messages that would have to wait, and counts them', async () => {
      const { io, member, client } = await connect(kind);
      const dropped = (): number => io.stats().messages.dropped;
      expect(client.volatile.send('taken')).to.equal(true);
      await member.hear('taken');
      await until(() => canTake(client), 'the next poll');
      expect(dropped()).to.equal(0);
      const release = stall(client);
      const first = /polling/.test(client.transport) ? ['an answer to the poll'] : [];
      let sent = 0;
      for (; client.writable; sent++) client.send(TEXT);
      expect(client.volatile.send('dropped')).to.equal(false);
      expect(client.volatile.send(['two', 'more'])).to.equal(false);
      expect(client.volatile.emit('dropped', 1)).to.equal(false);
      client.events.volatile.emit('dropped', 1);
      io.volatile.send('dropped');
      io.to(client.sessionId).volatile.emit('dropped');
      io.except('an empty room').volatile.local.send('dropped');
      expect(dropped()).to.equal(8);
      client.send('last');
      release();
      await hearAll(member, [...first, ...Array<string>(sent).fill(TEXT), 'last']);
      await until(() => canTake(client) && client.writable, 'the client to be able to take more');
      io.to(client.sessionId).volatile.send('taken again');
      await member.hear('taken again');
      expect(dropped()).to.equal(8);
    });

    it('is not writable after its end', async () => {
      const { client, drains } = await connect(kind);
      const release = stall(client);
      while (client.writable) client.send(TEXT);
      client._onDisconnect();
      release();
      expect([client.writable, client.volatile.send('x')]).to.deep.equal([false, false]);
      expect(client.bufferedAmount).to.equal(0);
      await flushEventLoop();
      expect(drains).to.deep.equal([]);
    });
  });
}
