import { expect } from 'chai';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ListenerStats } from '../../lib/index.js';
import type { BusStats } from '../../lib/metrics/index.js';
import { Engine } from '../cluster/engine.js';
import { serveBoth, type BridgedServer } from '../bridge/fixture.js';
import { afterThisTest } from '../support/cleanup.js';
import { ManualClock } from '../support/clock.js';
import { WebsocketDriver } from '../support/drivers/index.js';
import { serve, type Served } from '../support/server.js';
import { request } from '../support/raw.js';
import { flushEventLoop, until } from '../support/wait.js';
import {
  DeliveringMember,
  Member06,
  Member09,
  OfficialMember,
  openFleet,
  tally,
  type Member,
} from './fleet.js';

const NO_ENDS = {
  'transport close': 0,
  'heartbeat timeout': 0,
  'client close': 0,
  'protocol error': 0,
  'queue overflow': 0,
  'rate limit': 0,
  'server disconnect': 0,
  'server close': 0,
};

const sum = (members: readonly Member[], field: 'sent' | 'received'): number =>
  members.reduce((total, member) => total + member[field], 0);

/** Clients of all generations on one server, and what is needed of it. */
async function openLoad(): Promise<BridgedServer & { readonly members: Member[] }> {
  const served = await serveBoth({
    listener: {
      delivery: true,
      transportOptions: { websocket: { closeTimeout: 60_000 } },
      authorize: ({ headers }) => headers['x-key'] !== 'wrong',
    },
    official: { allowEIO3: true },
  });
  served.io.on('clientMessage', (message, client) => void client.send(`re ${String(message)}`));
  const members = await openFleet(served.port);
  await until(() => served.io.stats().sessions.current === members.length, 'all clients');
  return { ...served, members };
}

/** Everything that an array of clients does, without waiting for one before the next begins. */
const all = (members: readonly Member[], act: (member: Member) => Promise<void>): Promise<void[]> =>
  Promise.all(members.map(act));

function openPath(path: string): string {
  return `/socket.io/${path}`;
}

/** The fields of the sessions, as the load generator knows them. */
function expectSessions(stats: ListenerStats, members: readonly Member[], opened: number): void {
  const { sessions } = stats;
  expect(sessions.current).to.equal(members.length);
  expect(sessions.opened).to.equal(opened);
  expect(sessions.byProtocol).to.deep.equal(tally(members.map(({ protocol }) => protocol)));
  expect(sessions.byTransport).to.deep.equal(tally(members.map(({ transport }) => transport)));
  expect(sessions.delivering).to.equal(members.filter((one) => one.isDelivering).length);
  const counted = sessions.groups.reduce((total, { count }) => total + count, 0);
  expect(counted).to.equal(members.length);
}

describe('listener.stats() of a mixed load', () => {
  it('counts the sessions and messages of all generations and transports exactly', async () => {
    const { io, members } = await openLoad();
    expectSessions(io.stats(), members, members.length);
    expect(io.stats().messages).to.deep.equal({ in: 0, out: 0, dropped: 0 });
    for (const round of ['one', 'zwei', 'три']) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one round after the other
      await all(members, async (member) => {
        await member.say(round);
        await member.hear(`re ${round}`);
      });
    }
    io.broadcast('to all');
    await all(members, (member) => member.hear('to all'));
    io.broadcast(['a', 'b', 'c']);
    await all(members, async (member) => {
      for (const text of ['a', 'b', 'c']) await member.hear(text);
    });
    const { messages } = io.stats();
    expect(messages.in).to.equal(sum(members, 'sent'));
    expect(messages.out).to.equal(sum(members, 'received'));
    expect(messages.in).to.equal(3 * members.length);
    expect(messages.out).to.equal(7 * members.length);
  });

  it('counts what is sent to rooms once for each client', async () => {
    const { io, members } = await openLoad();
    const clients = Object.values(io.clients);
    const inRoom = clients.filter((_client, i) => i % 3 === 0);
    for (const client of inRoom) client.join('thirds');
    io.to('thirds').send('in');
    io.except('thirds').send(['out', 'out']);
    inRoom[0]?.to('thirds').send('others');
    inRoom[0]?.broadcast('everybody else');
    const { out } = io.stats().messages;
    const rest = clients.length - inRoom.length;
    expect(out).to.equal(inRoom.length + 2 * rest + (inRoom.length - 1) + (clients.length - 1));
    expect(clients.length).to.equal(members.length);
  });

  it('counts refusals by code, kicks and closes by reason, and resumes', async () => {
    const { io, port, members } = await openLoad();
    const opened = members.length;
    const get = (path: string, headers = {}): Promise<unknown> =>
      request(port, openPath(path), { headers });
    await get('xhr-polling/1234/1');
    await get('xhr-polling/1234/2');
    await get('websocket//1');
    await get('jsonp-polling/');
    await request(port, openPath('xhr-polling'), { method: 'DELETE' });
    await request(port, openPath('xhr-polling/send'), { method: 'POST', body: '' });
    for (let i = 0; i < 3; i++) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      await get('xhr-polling//1', { 'X-Key': 'wrong' });
    }
    await get('1/', { 'X-Key': 'wrong' });
    const { refusals } = io.stats();
    const some = Object.entries(refusals).filter(([, count]) => count > 0);
    expect(Object.fromEntries(some)).to.deep.equal({
      ERR_SIO_UNKNOWN_SESSION: 3,
      ERR_SIO_UPGRADE_REQUIRED: 1,
      ERR_SIO_NO_INDEX: 1,
      ERR_SIO_BAD_METHOD: 1,
      ERR_SIO_UNAUTHORIZED: 4,
    });

    const first06 = members.find((one): one is Member06 => one instanceof Member06);
    const official = members.find((one): one is OfficialMember => one instanceof OfficialMember);
    const delivering = members.find(
      (one): one is DeliveringMember => one instanceof DeliveringMember,
    );
    const last09 = members.findLast((one): one is Member09 => one instanceof Member09);
    const driver = first06?.driver as WebsocketDriver;
    driver.drop();
    await until(() => io.stats().sessions.byState.detached > 0, 'the loss of a connection');
    io.clients[driver.sessionId]?.send('kept');
    expect(io.stats().bytes.waiting).to.equal('~m~4~m~kept'.length);
    await driver.resume();
    expect(await driver.next()).to.equal('kept');
    expect(io.stats()).to.include({ resumes: 1 });
    expect(io.stats().bytes.waiting).to.equal(0);

    io.clients[last09?.driver.sessionId ?? '']?.disconnect();
    official?.driver.socket.disconnect();
    delivering?.socket.disconnect();
    await driver.close();
    const gone = new Set<Member | undefined>([first06, official, delivering, last09]);
    const left = members.filter((one) => !gone.has(one));
    await until(() => io.stats().sessions.current === left.length, 'the ends');
    expectSessions(io.stats(), left, opened);
    const ends = { ...NO_ENDS, 'server disconnect': 1, 'client close': 3 };
    expect(io.stats().ends).to.deep.equal(ends);
    await io.close();
    expect(io.stats().ends).to.deep.equal({ ...ends, 'server close': left.length });
    expect(io.stats().sessions).to.include({ current: 0, opened });
  });
});

/** Two processes on one engine. */
async function serveTwo(): Promise<readonly [Served, Served, Engine]> {
  const engine = new Engine(1);
  const timer = setInterval(() => engine.step(), 1);
  afterThisTest(() => clearInterval(timer));
  const one = await serve({ bus: engine.bus('one') });
  const two = await serve({ bus: engine.bus('two') });
  await until(() => one.io.bus?.peers.size === 1 && two.io.bus?.peers.size === 1, 'the peers');
  return [one, two, engine];
}

describe('listener.stats() of two processes', () => {
  it('counts broadcasts of the other process, and reports it as a peer', async () => {
    const [one, two] = await serveTwo();
    const driver = await new WebsocketDriver(two.port).open();
    one.io.broadcast(['x', 'y', 'z']);
    expect(await driver.next()).to.equal('x');
    expect(two.io.stats().messages.out).to.equal(3);
    expect(one.io.stats().messages.out).to.equal(0);
    const { bus } = one.io.stats();
    expect(bus).to.include({ isUp: true, dropped: 0, lost: 0, malformed: 0, lagMs: 0 });
    expect(bus?.node).to.equal(one.io.bus?.node);
    expect(bus?.peers).to.have.lengthOf(1);
    expect(bus?.peers[0]).to.include({ node: two.io.bus?.node, behind: 0, lagMs: 0 });
    expect(bus?.peers[0]?.silentMs).to.be.a('number').within(0, 60_000);
  });

  it('reports how far a process lags behind another one', async () => {
    const engine = new Engine(1);
    const clock = new ManualClock();
    const [one, two] = [
      await serve({ bus: engine.bus('one'), clock }),
      await serve({ bus: engine.bus('two'), clock }),
    ];
    /** Lets what was published arrive. */
    const deliver = async (): Promise<void> => {
      for (let i = 0; i < 5; i++) {
        await flushEventLoop(2);
        engine.step();
      }
    };
    await deliver();
    const lag = (): unknown => {
      const { lagMs, peers } = two.io.stats().bus as BusStats;
      return { lagMs, behind: peers[0]?.behind, peerLagMs: peers[0]?.lagMs };
    };
    expect(lag()).to.deep.equal({ lagMs: 0, behind: 0, peerLagMs: 0 });
    engine.faults = { lost: 100 };
    one.io.broadcast('lost on the way');
    await deliver();
    engine.faults = {};
    one.io.broadcast('arrives');
    await flushEventLoop(2);
    // The question for the first one is lost too.
    engine.faults = { lost: 100 };
    await deliver();
    expect(lag()).to.deep.equal({ lagMs: 0, behind: 2, peerLagMs: 0 });
    clock.tick(200);
    expect(lag()).to.deep.equal({ lagMs: 200, behind: 2, peerLagMs: 200 });
    // It asks again.
    engine.faults = {};
    clock.tick(100);
    await deliver();
    await deliver();
    expect(lag()).to.deep.equal({ lagMs: 0, behind: 0, peerLagMs: 0 });
    expect(two.io.stats().bus).to.include({ lost: 0 });
  });

  it('publishes peers on a channel', async () => {
    const events: unknown[] = [];
    const onBus = (message: unknown): void => {
      const { event, args } = message as { event: string; args: unknown[] };
      events.push([event, args.length]);
    };
    subscribe('socket.io-node:bus', onBus);
    afterThisTest(() => unsubscribe('socket.io-node:bus', onBus));
    await serveTwo();
    expect(events).to.deep.equal([
      ['peerConnect', 1],
      ['peerConnect', 1],
    ]);
  });

  it('is null without a bus', async () => {
    const { io } = await serve();
    expect(io.stats().bus).to.equal(null);
  });
});
