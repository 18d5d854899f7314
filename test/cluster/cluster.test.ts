import { expect } from 'chai';
import { BusError } from '../../lib/cluster/bus-error.js';
import { encode } from '../../lib/protocol/frames.js';
import { SharedPayload } from '../../lib/session/shared-payload.js';
import { ManualClock } from '../support/clock.js';
import { Engine, type Faults } from './engine.js';
import { EVERYONE, pass, Process, row, turn } from './fixture.js';

interface Fixture {
  readonly engine: Engine;
  readonly clock: ManualClock;
  readonly a: Process;
  readonly b: Process;
  readonly later: (steps: number, ms?: number) => Promise<void>;
}

async function setUp(faults: Faults = {}, seed = 1): Promise<Fixture> {
  const engine = new Engine(seed, faults);
  const clock = new ManualClock();
  const a = new Process('a', engine, clock);
  const b = new Process('b', engine, clock);
  const later = (steps: number, ms?: number): Promise<void> => pass(engine, clock, steps, ms);
  await later(5);
  return { engine, clock, a, b, later };
}

describe('Cluster', () => {
  it('sends payloads, rooms and disconnects to the other processes, in the order of sending', async () => {
    const { a, b, later } = await setUp();
    a.cluster.join({ rooms: ['x'], except: [] }, ['y', 'z']);
    a.send({ hello: 'ü' }, { rooms: ['y'], except: ['s1'] });
    a.cluster.leave(EVERYONE, ['y']);
    a.cluster.disconnect({ rooms: ['s2'], except: [] });
    a.send('all');
    await later(3);
    expect(b.group.calls).to.deep.equal([
      'join y,z to x',
      'send ~j~{"hello":"ü"} to y not s1',
      'leave y',
      'disconnect to s2',
      'send all',
    ]);
    expect(a.group.calls).to.deep.equal([]);
  });

  it('sends volatile messages and named events', async () => {
    const { a, b, later } = await setUp();
    for (const [isEvent, isVolatile] of [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ] as const) {
      a.cluster.send(new SharedPayload(encode('x'), isEvent, 1, isVolatile), EVERYONE);
    }
    await later(3);
    expect(b.group.calls).to.deep.equal([
      'send x',
      'send volatile x',
      'send event x',
      'send event volatile x',
    ]);
  });

  it('sends the packets of one turn as one message of the bus', async () => {
    const { engine, a, b, later } = await setUp();
    engine.published.length = 0;
    for (let i = 0; i < 100; i++) a.sendNext();
    await turn();
    expect(engine.published).to.have.length(1);
    await later(2);
    expect(b.from('a')).to.deep.equal(row(100));
  });

  it('counts and fetches the clients of other processes', async () => {
    const { a, b, later } = await setUp();
    const count = a.cluster.count(EVERYONE, 1000);
    const list = a.cluster.list(EVERYONE, 1000);
    await later(4);
    expect(await count).to.equal(1);
    const [client] = await list;
    expect(client).to.deep.include({
      sessionId: 'b',
      transport: 'websocket',
      rooms: new Set(['b', 'x']),
    });
    client?.join('y').send('direct').leave('y').disconnect();
    await later(2);
    expect(b.group.calls).to.deep.equal([
      'join y to b',
      'send direct to b',
      'leave y to b',
      'disconnect to b',
    ]);
  });

  it('reports the processes that have not answered in time', async () => {
    const { engine, a, b, later } = await setUp();
    engine.isFrozen = true;
    const result = a.cluster.count(EVERYONE, 500).catch((error: unknown) => error);
    await later(60);
    const error = await result;
    expect(error).to.be.instanceOf(BusError);
    expect((error as BusError).missing).to.deep.equal([b.cluster.node]);
    expect((error as BusError).code).to.equal('ERR_SIO_BUS_TIMEOUT');
  });

  it('does not wait for a process that has left', async () => {
    const { engine, a, b, later } = await setUp();
    engine.isFrozen = true;
    const count = a.cluster.count(EVERYONE, 60_000);
    await later(5);
    b.cluster.close();
    engine.isFrozen = false;
    await later(3);
    expect(await count).to.be.within(0, 1);
    expect(a.events).to.include('peerDisconnect goodbye');
    expect(a.cluster.peers.size).to.equal(0);
  });

  it('delivers what was sent before a process leaves', async () => {
    const { a, b, later } = await setUp();
    b.send('last');
    b.cluster.disconnect(EVERYONE);
    b.cluster.close();
    await later(3);
    expect(a.group.calls).to.deep.equal(['send last', 'disconnect']);
  });

  it('detects a process that is killed, after `timeout`', async () => {
    const { engine, a, later } = await setUp();
    engine.kill('b');
    await later(50, 100);
    expect(a.events).to.deep.equal(['peerConnect']);
    await later(50, 100);
    expect(a.events).to.deep.equal(['peerConnect', 'peerDisconnect timeout']);
    expect(a.cluster.peers.size).to.equal(0);
    expect(a.cluster.isUp).to.equal(true);
    expect(await a.cluster.count(EVERYONE, 1000)).to.equal(0);
  });

  it('sends a message in pieces that is longer than the engine takes', async () => {
    const engine = new Engine(1, { repeated: 30, delay: 3 });
    const clock = new ManualClock();
    const a = new Process('a', engine, clock, {}, 200);
    const b = new Process('b', engine, clock, {}, 200);
    await pass(engine, clock, 5);
    const long = 'ü'.repeat(5000);
    a.send(long);
    a.send('short');
    await pass(engine, clock, 100);
    expect(b.group.calls).to.deep.equal([`send ${long}`, 'send short']);
    expect(Math.max(...engine.published.map(({ length }) => length))).to.be.at.most(200);
  });

  it('drops and counts what is foreign, damaged or of another group', async () => {
    const { engine, a, b, later } = await setUp();
    a.send('x');
    await later(2);
    const [sample] = engine.published.slice(-1) as [Buffer];
    const before = b.cluster.figures.malformed;
    for (let at = 0; at < sample.length; at++) {
      const damaged = Buffer.from(sample);
      damaged[at] = (damaged[at] as number) ^ 1;
      engine.inject(damaged);
      engine.inject(sample.subarray(0, at));
    }
    engine.inject(Buffer.from('hello'));
    engine.inject(Buffer.alloc(0));
    expect(b.cluster.figures.malformed - before).to.equal(2 * sample.length + 2);
    expect(b.group.calls).to.deep.equal(['send x']);
  });

  it('accepts nothing without the signature of its secret', async () => {
    const engine = new Engine(1);
    const clock = new ManualClock();
    const a = new Process('a', engine, clock, { secret: 'one' });
    const b = new Process('b', engine, clock, { secret: 'two' });
    const c = new Process('c', engine, clock, { secret: 'one' });
    await pass(engine, clock, 5);
    a.send('x');
    await pass(engine, clock, 3);
    expect(b.group.calls).to.deep.equal([]);
    expect(c.group.calls).to.deep.equal(['send x']);
  });

  it('sends again, once and in order, what a frozen engine held back', async () => {
    const { engine, a, b, later } = await setUp();
    engine.isFrozen = true;
    for (let i = 0; i < 50; i++) {
      a.sendNext();
      b.sendNext();
      await later(10);
    }
    expect(a.events.at(-1)).to.match(/^busDown nothing has arrived/);
    expect(a.events.join()).not.to.include('peerDisconnect');
    engine.isFrozen = false;
    await later(50);
    expect(b.from('a')).to.deep.equal(row(50));
    expect(a.from('b')).to.deep.equal(row(50));
    expect(a.events.at(-1)).to.equal('busUp');
    expect([a.lost, b.lost]).to.deep.equal([0, 0]);
  });

  it('repairs what an engine lost while it was down', async () => {
    const { engine, a, b, later } = await setUp();
    for (let i = 0; i < 90; i++) {
      if (i === 30) engine.isDown = true;
      if (i === 60) engine.isDown = false;
      a.sendNext();
      await later(5);
    }
    await later(400);
    expect(b.from('a')).to.deep.equal(row(90));
    expect(a.events.some((event) => event.startsWith('busDown publish failed'))).to.equal(true);
    expect(a.events.at(-1)).to.equal('busUp');
    expect(b.lost).to.equal(0);
  });

  for (const isolated of ['a', 'b'] as const) {
    it(`delivers once what was sent while the engine did not reach ${isolated} for longer than \`timeout\``, async () => {
      const { engine, a, b, later } = await setUp();
      for (let i = 0; i < 90; i++) {
        if (i === 30) engine.isolated.add(isolated);
        if (i === 60) engine.isolated.delete(isolated);
        a.sendNext();
        b.sendNext();
        await later(2, 200);
      }
      await later(100, 100);
      expect(a.from('b')).to.deep.equal(row(90));
      expect(b.from('a')).to.deep.equal(row(90));
      expect([...a.events, ...b.events]).to.include('peerDisconnect timeout');
      expect([a.lost, b.lost]).to.deep.equal([0, 0]);
      expect([a.cluster.peers.size, b.cluster.peers.size]).to.deep.equal([1, 1]);
    });
  }

  it('reports the lost messages of a process that has left, and delivers those that follow', async () => {
    const { engine, a, b, later } = await setUp();
    for (let i = 0; i < 9; i++) {
      engine.isDown = i === 3 || i === 6;
      a.sendNext();
      await turn();
      engine.step();
    }
    engine.isDown = false;
    a.cluster.close();
    await later(3);
    expect(b.from('a')).to.deep.equal([1, 2, 3, 5, 6, 8, 9]);
    expect(b.lost).to.equal(2);
    expect(b.events.at(-1)).to.equal('peerDisconnect goodbye');
  });

  it('reports the lost messages of a process that was killed', async () => {
    const { engine, a, b, later } = await setUp();
    for (let i = 0; i < 5; i++) {
      engine.isDown = i === 2;
      a.sendNext();
      await turn();
      engine.step();
    }
    engine.isDown = false;
    engine.kill('a');
    await later(3);
    expect(b.from('a')).to.deep.equal([1, 2]);
    await later(120, 100);
    expect(b.from('a')).to.deep.equal([1, 2, 4, 5]);
    expect(b.lost).to.equal(1);
    expect(b.events).to.include('peerDisconnect timeout');
  });

  it('reports exactly the messages that could not be kept, and delivers the others', async () => {
    const engine = new Engine(1);
    const clock = new ManualClock();
    const limits = { maxRetained: 20_000 };
    const a = new Process('a', engine, clock, limits);
    const b = new Process('b', engine, clock, limits);
    await pass(engine, clock, 5);
    engine.isDown = true;
    for (let i = 0; i < 200; i++) {
      a.send(`a${i + 1}`);
      a.cluster.join({ rooms: ['empty'], except: [] }, ['r'.repeat(500)]);
      await pass(engine, clock, 1);
    }
    engine.isDown = false;
    await pass(engine, clock, 800);
    const arrived = b.group.calls.length;
    expect(arrived + b.lost).to.equal(400);
    expect(b.lost).to.be.above(300);
    const numbers = b.from('a');
    expect(numbers).to.deep.equal(numbers.toSorted((x, y) => x - y));
    expect(numbers.at(-1)).to.equal(200);
  });

  it('limits the messages that wait for an engine that does not accept them', async () => {
    const engine = new Engine(1);
    const clock = new ManualClock();
    const bus = { ...engine.bus('a'), publish: () => new Promise(() => undefined) };
    const stuck = { bus: () => bus } as object as Engine;
    const a = new Process('a', stuck, clock, { maxBuffer: 100_000, maxWaiting: 10_000 });
    for (let i = 0; i < 1000; i++) {
      a.send('x'.repeat(1000));
      if (i % 10 === 0) await turn();
    }
    expect(a.cluster.waiting).to.be.within(50_000, 100_000);
    expect(a.cluster.figures.dropped).to.be.above(800);
  });

  it('detects that the only other process is killed, over an engine without echo', async () => {
    const engine = new Engine(1);
    engine.hasEcho = false;
    const clock = new ManualClock();
    const a = new Process('a', engine, clock);
    const b = new Process('b', engine, clock);
    await pass(engine, clock, 5);
    expect([a, b].map(({ events }) => events)).to.deep.equal([['peerConnect'], ['peerConnect']]);
    engine.kill('b');
    await pass(engine, clock, 200, 100);
    expect(a.events[1]).to.match(/^busDown nothing has arrived/);
    expect(a.events.slice(2)).to.deep.equal(['peerDisconnect timeout', 'busUp']);
    expect(await a.cluster.count(EVERYONE, 1000)).to.equal(0);
  });

  it('finds the other processes at once when its subscription was slow', async () => {
    const engine = new Engine(1);
    const clock = new ManualClock();
    const subscribers: (() => void)[] = [];
    const slow = {
      bus(name: string) {
        const bus = engine.bus(name);
        return {
          ...bus,
          subscribe: (receive: (message: Uint8Array) => void) =>
            new Promise<void>((resolve) => {
              subscribers.push(() => {
                void bus.subscribe(receive);
                resolve();
              });
            }),
        };
      },
    } as object as Engine;
    const [a, b] = [new Process('a', slow, clock), new Process('b', slow, clock)];
    await pass(engine, clock, 5);
    expect([...a.events, ...b.events]).to.deep.equal([]);
    for (const subscribe of subscribers) subscribe();
    await pass(engine, clock, 5);
    expect([...a.events, ...b.events]).to.deep.equal(['peerConnect', 'peerConnect']);
  });

  it('removes no other process after this process was stopped', async () => {
    const { clock, a, b, later } = await setUp();
    await later(10, 200);
    clock.stall(60_000);
    await later(10, 200);
    expect(a.events.concat(b.events).filter((event) => event !== 'peerConnect')).to.deep.equal([]);
  });

  for (let seed = 1; seed <= 20; seed++) {
    it(`delivers once, in order, over an engine that loses, repeats and reorders; seed ${seed}`, async () => {
      const engine = new Engine(seed, { lost: 10, repeated: 20, delay: 6 });
      const clock = new ManualClock();
      const processes = ['a', 'b', 'c'].map((name) => new Process(name, engine, clock));
      await pass(engine, clock, 20);
      for (let i = 0; i < 60; i++) {
        for (const one of processes) for (let n = 0; n < 3; n++) one.sendNext();
        if (i === 20) engine.isDown = true;
        if (i === 30) engine.isDown = false;
        await pass(engine, clock, 2);
      }
      engine.faults = {};
      await pass(engine, clock, 600);
      for (const receiver of processes) {
        for (const sender of processes) {
          if (receiver === sender) continue;
          expect(receiver.from(sender.name), `${sender.name} to ${receiver.name}`).to.deep.equal(
            row(180),
          );
        }
        expect(receiver.lost).to.equal(0);
      }
    });
  }
});
