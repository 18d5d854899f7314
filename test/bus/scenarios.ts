/**
 * What two processes over a bus do, and what happens to the engine meanwhile.
 *
 * @module
 */
import { expect } from 'chai';
import { afterThisTest } from '../support/cleanup.js';
import type { WebsocketDriver } from '../support/drivers/index.js';
import { until } from '../support/wait.js';
import type { Ability, Group } from './group.js';
import { Member } from './members.js';

interface Scenario {
  readonly needs?: Ability;
  readonly run: (group: Group) => Promise<void>;
}

async function receive(driver: WebsocketDriver, count: number): Promise<unknown[]> {
  const messages: unknown[] = [];
  while (messages.length < count) messages.push(await driver.next());
  return messages;
}

const row = (length: number): number[] => Array.from({ length }, (_, i) => i + 1);

/** Broadcasts of one member, numbered, and what the clients of both members have received. */
class Traffic {
  readonly #name: string;
  readonly #member: Member;
  sent = 0;

  constructor(name: string, member: Member) {
    this.#name = name;
    this.#member = member;
  }

  async send(count: number): Promise<void> {
    for (let i = 0; i < count; i++)
      await this.#member.call('broadcast', [`${this.#name} ${++this.sent}`]);
  }
}

/** All that a client receives. */
class Reader {
  readonly #received: [string, number][] = [];

  constructor(driver: WebsocketDriver) {
    void this.#read(driver);
  }

  from(name: string): number[] {
    return this.#received.flatMap(([sender, number]) => (sender === name ? [number] : []));
  }

  async #read(driver: WebsocketDriver): Promise<void> {
    try {
      for (;;) {
        const [sender = '', number] = String(await driver.next()).split(' ');
        this.#received.push([sender, Number(number)]);
      }
    } catch {
      // The test is over.
    }
  }
}

/**
 * Both processes broadcast meanwhile: `steps` calls `send` for each row of messages. All of them arrive
 * once, in order, and the clients of each process get its own at once.
 */
async function exchange(
  { a, b }: Group,
  steps: (send: (count: number) => Promise<void>) => Promise<void>,
): Promise<void> {
  const traffic = { a: new Traffic('a', a), b: new Traffic('b', b) };
  const readers = {
    a: new Reader(await a.connect()),
    b: new Reader(await b.connect()),
  };
  await steps(async (count) => {
    await Promise.all([traffic.a.send(count), traffic.b.send(count)]);
    for (const name of ['a', 'b'] as const) {
      await until(
        () => readers[name].from(name).length === traffic[name].sent,
        `the messages of the client's own process ${name}`,
      );
    }
  });
  for (const [reader, sender] of [
    ['a', 'b'],
    ['b', 'a'],
  ] as const) {
    await until(
      () => readers[reader].from(sender).includes(traffic[sender].sent),
      `the last message of ${sender}`,
    );
    expect(readers[reader].from(sender)).to.deep.equal(row(traffic[sender].sent));
    expect(readers[sender].from(sender)).to.deep.equal(row(traffic[sender].sent));
  }
  const events = [...(await a.call('events')), ...(await b.call('events'))];
  expect(events.filter((event) => event.startsWith('busLost'))).to.deep.equal([]);
}

/** Exchanges messages before, during and after a failure; `notice` waits until it is noticed. */
async function surviveFailure(
  group: Group,
  fail: () => unknown,
  mend: () => unknown,
  notice: () => Promise<unknown> = () =>
    Promise.all([group.a, group.b].map((one) => one.untilEvent('busDown'))),
): Promise<void> {
  const { a, b } = group;
  await exchange(group, async (send) => {
    await send(20);
    await fail();
    await send(50);
    await notice();
    await send(20);
    await mend();
    await send(20);
    await Promise.all([a, b].map((one) => one.until('peers', (count) => count === 1)));
    await a.untilEvent('busUp');
    await send(20);
  });
}

/** A third process, which ends with the test. */
async function third(group: Group): Promise<Member> {
  const member = await Member.start(group.name, group.port);
  afterThisTest(() => member.kill());
  return member;
}

/** The packets of `sendToEndpoint`. */
const said = (text: string): string[] => [
  `3::/chat:${text}`,
  `5::/chat:{"name":"said","args":["${text}"]}`,
];

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'keep the order of broadcasts, rooms, direct messages and kicks': {
    async run({ a, b }) {
      const [first, second] = [await a.connect(), await b.connect()];
      const id = second.sessionId;
      await a.call('join', id, 'news');
      for (let i = 0; i < 20; i++) {
        void a.call('broadcast', [`all ${i}`]);
        void a.call('send', 'news', `room ${i}`);
        void a.call('send', id, { direct: i });
      }
      void a.call('kick', id);
      const expected = Array.from({ length: 20 }, (_, i) => [
        `all ${i}`,
        `room ${i}`,
        { direct: i },
      ]).flat();
      expect(await receive(second, 60)).to.deep.equal(expected);
      await second.ended();
      expect(await receive(first, 20)).to.deep.equal(expected.filter((_, i) => i % 3 === 0));
    },
  },

  'leave out the clients of `except`': {
    async run({ a, b }) {
      const [first, second, other] = [await a.connect(), await b.connect(), await b.connect()];
      await a.call('broadcast', ['not the second'], second.sessionId);
      await a.call('join', other.sessionId, 'quiet');
      await a.call('send', [first.sessionId, second.sessionId, other.sessionId], 'room', ['quiet']);
      await a.call('broadcast', ['last']);
      expect(await receive(first, 3)).to.deep.equal(['not the second', 'room', 'last']);
      expect(await receive(second, 2)).to.deep.equal(['room', 'last']);
      expect(await receive(other, 2)).to.deep.equal(['not the second', 'last']);
    },
  },

  'share rooms': {
    async run({ a, b }) {
      const [first, second] = [await a.connect(), await b.connect()];
      await a.call('join', second.sessionId, 'x');
      await a.call('join', 'x', 'y');
      await a.call('send', ['x', 'y'], 'once');
      await a.call('sendLocal', 'x', 'local only');
      await a.call('leave', 'x', 'y');
      await a.call('send', 'y', 'left');
      await a.call('send', 'nobody', 'nobody');
      await a.call('broadcast', ['last']);
      expect(await receive(second, 2)).to.deep.equal(['once', 'last']);
      expect(await receive(first, 1)).to.deep.equal(['last']);
    },
  },

  'send to the clients of an endpoint, in order with broadcasts': {
    async run({ a, b }) {
      const [first, second] = [await a.joinEndpoint(), await b.joinEndpoint()];
      const outside = await b.connect();
      await a.call('sendToEndpoint', 'one');
      await a.call('broadcast', ['to all']);
      await a.call('sendToEndpoint', 'two', second.sessionId);
      await a.call('sendToEndpoint', 'three');
      for (const packet of [...said('one'), '3:::to all', ...said('two'), ...said('three')]) {
        expect(await first.next()).to.equal(packet);
      }
      for (const packet of [...said('one'), '3:::to all', ...said('three')]) {
        expect(await second.next()).to.equal(packet);
      }
      expect(await receive(outside, 1)).to.deep.equal(['to all']);
      for (const { ws } of [first, second]) ws.terminate();
    },
  },

  'send to a session id, and end its session': {
    async run({ a, b }) {
      const [first, second] = [await a.connect(), await b.connect()];
      await a.call('send', second.sessionId, 'direct');
      await a.call('send', second.sessionId, 'bye');
      await a.call('kick', second.sessionId);
      expect(await receive(second, 2)).to.deep.equal(['direct', 'bye']);
      await second.ended();
      await a.until('countAll', (count) => count === 1);
      await a.call('send', first.sessionId, 'still here');
      expect(await receive(first, 1)).to.deep.equal(['still here']);
    },
  },

  'count and fetch clients': {
    async run({ a, b }) {
      const [first, second] = [await a.connect(), await b.connect()];
      await b.call('join', second.sessionId, 'news');
      expect(await a.call('countAll')).to.equal(2);
      expect(await a.call('count', ['news', first.sessionId])).to.equal(2);
      expect(await b.call('count', first.sessionId)).to.equal(1);
      expect(await a.call('sessions')).to.equal(1);
      expect(await a.call('fetch', 'news')).to.deep.equal([
        {
          sessionId: second.sessionId,
          transport: 'websocket',
          rooms: [second.sessionId, 'news'],
        },
      ]);
    },
  },

  'carry messages of 3 MB, and heartbeats meanwhile': {
    async run({ a, b }) {
      const [first, second] = [await a.connect(), await b.connect()];
      const [x, y] = ['x'.repeat(3_000_000), 'ü'.repeat(1_500_000)];
      await Promise.all([
        a.call('send', second.sessionId, x),
        b.call('send', first.sessionId, y),
        a.call('send', second.sessionId, 'short'),
      ]);
      expect((await receive(second, 2)).map((text) => text === x || text)).to.deep.equal([
        true,
        'short',
      ]);
      expect((await receive(first, 1)).map((text) => text === y)).to.deep.equal([true]);
      // The engine may seem to be down: this process is the engine of node:cluster, and busy.
      const events = [...(await a.call('events')), ...(await b.call('events'))];
      expect(events.filter((event) => !/^bus(Down|Up)$/.test(event))).to.deep.equal([]);
    },
  },

  'ignore and count messages that are not of a Listener': {
    async run({ a, b }) {
      const second = await b.connect();
      const before = await b.call('malformed');
      await a.call('inject', 'hello');
      await a.call('inject', '~b\u0001'.padEnd(5000, '\u00ff'));
      await b.until('malformed', (count) => count === before + 2);
      await a.call('broadcast', ['still here']);
      expect(await receive(second, 1)).to.deep.equal(['still here']);
    },
  },

  'lose nothing when the engine is killed and restarted': {
    needs: 'kill',
    run: (group) =>
      surviveFailure(
        group,
        () => group.kill(),
        () => group.restart(),
      ),
  },

  'lose nothing when the engine is frozen': {
    needs: 'freeze',
    run: (group) =>
      surviveFailure(
        group,
        () => group.freeze(),
        () => group.thaw(),
      ),
  },

  'lose nothing when one process cannot reach the engine for longer than `timeout`': {
    needs: 'cut',
    run: (group) =>
      surviveFailure(
        group,
        () => group.proxy.cut(),
        () => group.proxy.mend(),
        () =>
          Promise.all([
            group.a.untilEvent('busDown'),
            group.b.untilEvent('peerDisconnect timeout'),
          ]),
      ),
  },

  'notice a process that is killed, and do not wait for it afterwards': {
    async run(group) {
      const { a, b } = group;
      const [first, second] = [await a.connect(), await b.connect()];
      const member = await third(group);
      const driver = await member.connect();
      await a.until('countAll', (count) => count === 3);
      await member.call('broadcast', ['of the third']);
      for (const one of [first, second, driver]) {
        expect(await receive(one, 1)).to.deep.equal(['of the third']);
      }
      await member.kill();
      await Promise.all([a, b].map((one) => one.untilEvent('peerDisconnect timeout')));
      expect(await a.call('countAll')).to.equal(2);
      await a.call('broadcast', ['two are left']);
      expect(await receive(second, 1)).to.deep.equal(['two are left']);
      expect(await a.call('events')).to.deep.equal(['peerConnect', 'peerDisconnect timeout']);
    },
  },

  'work alone while the engine is absent, and meet when it is there': {
    needs: 'absent',
    async run(group) {
      const clients = [await group.a.connect(), await group.b.connect()];
      await group.kill();
      const member = await third(group);
      const driver = await member.connect();
      await member.call('broadcast', ['alone']);
      expect(await receive(driver, 1)).to.deep.equal(['alone']);
      await group.restart();
      await member.until('peers', (count) => count === 2);
      await group.a.until('peers', (count) => count === 2);
      await group.a.call('broadcast', ['together']);
      expect(await receive(driver, 1)).to.deep.equal(['together']);
      // What it has sent alone arrives too.
      for (const client of clients) {
        expect(await receive(client, 2)).to.have.members(['alone', 'together']);
      }
    },
  },

  'lose nothing while other processes begin and end': {
    run: (group) =>
      exchange(group, async (send) => {
        for (let i = 0; i < 2; i++) {
          const [member] = await Promise.all([third(group), send(20)]);
          await group.a.until('peers', (count) => count === 2);
          await send(20);
          await Promise.all([member.call('close'), send(20)]);
          await group.a.until('peers', (count) => count === 1);
          await member.kill();
        }
        await send(20);
      }),
  },

  'say goodbye, and leave the client of the application open': {
    async run(group) {
      const member = await third(group);
      await group.a.until('peers', (count) => count === 2);
      await member.call('close');
      await Promise.all([group.a, group.b].map((one) => one.untilEvent('peerDisconnect goodbye')));
      await member.call('reopen');
      await group.a.until('peers', (count) => count === 2);
    },
  },
};
