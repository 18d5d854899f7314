import { expect } from 'chai';
import { Operator } from '../../lib/rooms/operator.js';
import { Rooms, type Sessions } from '../../lib/rooms/rooms.js';
import type { Client } from '../../lib/session/client.js';
import type { SharedPayload } from '../../lib/session/shared-payload.js';

/** A session that records what it is sent, and counts how often it is visited. */
class FakeSession {
  static visits = 0;
  readonly sessionId: string;
  readonly transport = 'websocket';
  readonly remoteAddress = '127.0.0.1';
  readonly sent: string[] = [];
  isEnded = false;

  constructor(sessionId: string) {
    this.sessionId = sessionId;
  }

  _sendShared({ payload }: SharedPayload): void {
    FakeSession.visits++;
    this.sent.push(payload.replace(/^~m~\d+~m~/, ''));
  }

  _close(): void {
    this.isEnded = true;
  }
}

class FakeSessions implements Sessions {
  readonly byId = new Map<string, FakeSession>();

  constructor(...ids: string[]) {
    for (const id of ids) this.byId.set(id, new FakeSession(id));
  }

  get(id: string): Client | undefined {
    return this.byId.get(id) as Client | undefined;
  }

  values(): IterableIterator<Client> {
    return this.byId.values() as IterableIterator<object> as IterableIterator<Client>;
  }
}

interface Fixture {
  readonly sessions: FakeSessions;
  readonly rooms: Rooms;
  readonly everybody: Operator;
  readonly of: (id: string) => Client;
  /** The ids of the sessions that got a message, in order of the ids. */
  readonly receivers: (message: string) => string;
}

function setUp(...ids: string[]): Fixture {
  const sessions = new FakeSessions(...ids);
  const rooms = new Rooms(sessions);
  const all = (): FakeSession[] => [...sessions.byId.values()];
  return {
    sessions,
    rooms,
    everybody: new Operator(() => [rooms]),
    of: (id) => sessions.get(id) as Client,
    receivers: (message) =>
      all()
        .flatMap(({ sessionId, sent }) =>
          sent.filter((one) => one === message).map(() => sessionId),
        )
        .join(''),
  };
}

describe('Rooms', () => {
  it('keeps the rooms of a session, its own id first', () => {
    const { rooms, of } = setUp('a', 'b');
    rooms.add(of('a'), ['x', 'y', 'x']);
    rooms.add(of('a'), 'a');
    expect([...rooms.of(of('a'))]).to.deep.equal(['a', 'x', 'y']);
    expect([...rooms.of(of('b'))]).to.deep.equal(['b']);
    rooms.delete(of('a'), ['x', 'none']);
    expect([...rooms.of(of('a'))]).to.deep.equal(['a', 'y']);
  });

  it('keeps no room that has no session, and no session that is in no room', () => {
    const { rooms, of } = setUp('a', 'b');
    rooms.add(of('a'), ['x', 'y']);
    rooms.add(of('b'), ['y']);
    expect(rooms.size).to.equal(2);
    rooms.clear(of('a'));
    expect(rooms.size).to.equal(1);
    rooms.delete(of('b'), 'y');
    expect(rooms.size).to.equal(0);
  });

  it('does not add a session that has ended', () => {
    const { rooms, sessions, of } = setUp('a');
    const ended = of('a');
    sessions.byId.delete('a');
    rooms.add(ended, 'x');
    expect(rooms.size).to.equal(0);
  });

  it('visits only the sessions of a room to send to it', () => {
    const { rooms, everybody, of } = setUp(...Array.from({ length: 1000 }, (_, i) => `s${i}`));
    for (let i = 0; i < 10; i++) rooms.add(of(`s${i}`), 'x');
    FakeSession.visits = 0;
    everybody.to('x').send('hello');
    expect(FakeSession.visits).to.equal(10);
  });

  for (const name of ['', 'x'.repeat(1001), 1, null, undefined, {}]) {
    it(`rejects ${JSON.stringify(name)?.slice(0, 20)} as a room`, () => {
      const { rooms, everybody, of } = setUp('a');
      const room = name as string;
      const type = typeof name === 'string' ? RangeError : TypeError;
      expect(() => rooms.add(of('a'), room)).to.throw(type, 'Expected `room` to');
      expect(() => rooms.add(of('a'), ['x', room])).to.throw(type);
      expect(() => everybody.to(room)).to.throw(type);
      expect(() => everybody.except([room])).to.throw(type);
      expect(rooms.size).to.equal(0);
    });
  }
});

function setUpRooms(): Fixture {
  const fixture = setUp('a', 'b', 'c', 'd');
  const { rooms, of } = fixture;
  rooms.add(of('a'), ['x', 'y']);
  rooms.add(of('b'), 'x');
  rooms.add(of('c'), 'y');
  return fixture;
}

describe('BroadcastOperator', () => {
  it('sends to all, to rooms, and to session ids, once to each', () => {
    const { everybody, receivers } = setUpRooms();
    everybody.send('1');
    everybody.to('x').send('2');
    everybody.to('x').in('y').send('3');
    everybody.to(['x', 'd', 'd']).send('4');
    everybody.to('c').send('5');
    everybody.to('none').send('6');
    expect(['1', '2', '3', '4', '5', '6'].map(receivers)).to.deep.equal([
      'abcd',
      'ab',
      'abc',
      'abd',
      'c',
      '',
    ]);
  });

  it('leaves out rooms and session ids', () => {
    const { everybody, receivers } = setUpRooms();
    everybody.except('x').send('1');
    everybody.to('x').except('y').send('2');
    everybody.to('y').except(['b', 'c']).send('3');
    everybody.except(['a', 'y']).send('4');
    expect(['1', '2', '3', '4'].map(receivers)).to.deep.equal(['cd', 'b', 'a', 'bd']);
  });

  it('selects none for an empty list of rooms, unlike Socket.IO 4', () => {
    const { everybody, receivers } = setUpRooms();
    everybody.to([]).send('1');
    everybody.except([]).send('2');
    expect([receivers('1'), receivers('2')]).to.deep.equal(['', 'abcd']);
  });

  it('is immutable', () => {
    const { everybody, receivers } = setUpRooms();
    const x = everybody.to('x');
    x.to('y');
    x.except('a');
    void x.local;
    x.timeout(1);
    x.send('1');
    expect(receivers('1')).to.equal('ab');
  });

  it('finds a session by its id and the members of a room of the same name', () => {
    const { rooms, everybody, of, receivers } = setUpRooms();
    rooms.add(of('b'), 'd');
    everybody.to('d').send('1');
    expect(receivers('1')).to.equal('bd');
  });

  it('adds, removes and disconnects the selected clients', async () => {
    const { sessions, rooms, everybody, of } = setUpRooms();
    everybody.to('x').socketsJoin(['x', 'z']);
    expect(await everybody.to('z').count()).to.equal(2);
    everybody.to('z').socketsLeave('x');
    expect([...rooms.of(of('a'))]).to.deep.equal(['a', 'y', 'z']);
    everybody.to('y').except('a').disconnectSockets();
    const ended = [...sessions.byId.values()].filter(({ isEnded }) => isEnded);
    expect(ended.map(({ sessionId }) => sessionId)).to.deep.equal(['c']);
  });

  it('counts and fetches the selected clients', async () => {
    const { everybody, receivers } = setUpRooms();
    expect(await everybody.count()).to.equal(4);
    expect(await everybody.to(['x', 'y']).local.count()).to.equal(3);
    const [first, ...rest] = await everybody.to('x').fetchSockets();
    expect(rest).to.have.length(1);
    expect(first).to.deep.include({
      sessionId: 'a',
      transport: 'websocket',
      remoteAddress: '127.0.0.1',
      rooms: new Set(['a', 'x', 'y']),
    });
    first?.join('z').leave('x').send('direct');
    expect(receivers('direct')).to.equal('a');
    expect(await everybody.to('z').count()).to.equal(1);
    expect(await everybody.to('x').count()).to.equal(1);
  });

  it('rejects a timeout that Node cannot wait for', () => {
    const { everybody } = setUpRooms();
    for (const ms of [-1, NaN, 2 ** 31]) {
      expect(() => everybody.timeout(ms)).to.throw(RangeError, 'Expected `timeout`');
    }
    expect(() => everybody.timeout('1' as never)).to.throw(
      TypeError,
      "Expected `timeout` to be a number, got '1' (string)",
    );
  });

  it('throws for a message that cannot become JSON, and sends nothing', () => {
    const { everybody } = setUpRooms();
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    FakeSession.visits = 0;
    expect(() => everybody.to('x').send(circular)).to.throw(TypeError);
    expect(FakeSession.visits).to.equal(0);
  });
});
