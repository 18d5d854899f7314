import { expect } from 'chai';
import { watchPage } from '../../../client/browser/page-lifecycle.js';
import { Ending } from '../../../client/core/transport.js';
import type { Platform } from '../../../client/core/platform.js';
import type { ManualClock } from '../../support/clock.js';
import { type FakeTransport, fakeSocket, fakeTransports, FakeXhr, install } from './fakes.js';

const LONGEST_DELAY_MS = 60_000;

/** A connected socket with session 123 over `first`. */
function connected(options: object = {}, platform: Partial<Platform> = {}) {
  const clock = install(platform);
  const made: FakeTransport[] = fakeTransports('first', 'second');
  const fake = fakeSocket(options);
  fake.socket.connect();
  made[0]?.onData('~m~3~m~123');
  fake.events.length = 0;
  return { clock, made, ...fake };
}

/** The same where requests can be made, and how to have the attempt to resume fail. */
function asking() {
  FakeXhr.made = [];
  const all = connected({}, { XMLHttpRequest: FakeXhr });
  const failResume = (): void => {
    all.made[0]?.onDisconnect();
    all.clock.tick(500);
    all.made[1]?.onDisconnect();
  };
  return { ...all, failResume };
}

/** The server was asked about a session that could not be resumed, and has answered. */
function answered(status: number) {
  const all = asking();
  all.failResume();
  const [question] = FakeXhr.made;
  question?.answer(status);
  return { ...all, question };
}

/** Lets time pass until the next attempt, and all of its transports fail. */
function failNextAttempt(clock: ManualClock, made: readonly FakeTransport[]): void {
  const before = made.length;
  for (let ms = 0; made.length === before && ms < LONGEST_DELAY_MS; ms += 10) clock.tick(10);
  for (let i = before; i < made.length; i++) made[i]?.onDisconnect();
}

describe('client Socket that lost its connection', () => {
  it('tells disconnect, and connects again after reconnectionDelay', () => {
    const { clock, made, socket, events } = connected();
    made[0]?.onDisconnect();
    expect(events).to.deep.equal([['close'], ['disconnect']]);
    expect(socket.reconnecting).to.equal(true);
    expect(made).to.have.lengthOf(1);
    clock.tick(500);
    expect(made).to.have.lengthOf(2);
    made[1]?.onConnect();
    expect(events.map(([name]) => name).slice(2)).to.deep.equal([
      'connecting',
      'reconnecting',
      'connect',
      'reconnect',
    ]);
    expect(events.at(-1)).to.deep.equal(['reconnect', 'first', 1]);
    expect(socket.reconnecting).to.equal(false);
  });

  it('tells `connecting` first and `reconnecting` after it, as in 2011: pages show the latter', () => {
    const { clock, made, names } = connected({ transports: ['first'] });
    made[0]?.onDisconnect();
    clock.tick(500);
    expect(names().slice(2)).to.deep.equal(['connecting', 'reconnecting']);
  });

  it('lets a listener of reconnecting end it', () => {
    const { clock, made, socket } = connected();
    socket.on('reconnecting', () => socket.disconnect());
    made[0]?.onDisconnect();
    clock.tick(LONGEST_DELAY_MS);
    expect(made).to.have.lengthOf(2);
    expect(socket).to.include({ connecting: false, reconnecting: false });
    expect(clock.pending).to.equal(0);
  });

  it('says nothing of reconnecting when a listener of connecting has ended it', () => {
    const { clock, made, socket, names } = connected();
    socket.on('connecting', () => socket.disconnect());
    made[0]?.onDisconnect();
    clock.tick(LONGEST_DELAY_MS);
    expect(names().slice(2)).to.deep.equal(['connecting']);
  });

  it('asks for its session first, and for a new one as soon as that is refused', () => {
    const { clock, made, socket } = connected();
    made[0]?.onDisconnect();
    clock.tick(500);
    expect(made[1]?.askedFor).to.equal('123');
    made[1]?.onDisconnect();
    expect(made[2]).to.include({ type: 'first', askedFor: null });
    made[2]?.onData('~m~3~m~456');
    expect(socket.transport?.sessionid).to.equal('456');
  });

  describe('and cannot resume its session', () => {
    it('asks the server whether it still has it', () => {
      const { question } = answered(200);
      expect(question).to.include({
        method: 'POST',
        url: 'http://example.com:8080/socket.io/first/123/send',
      });
    });

    it('takes a new one as soon as the server does not know it', () => {
      const { made } = answered(404);
      expect(made).to.have.lengthOf(3);
      expect(made[2]?.askedFor).to.equal(null);
    });

    for (const status of [0, 200, 502]) {
      it(`asks for it again in the next round after an answer of ${status}`, () => {
        const { made, clock } = answered(status);
        expect(made).to.have.lengthOf(2);
        clock.tick(1000);
        expect(made).to.have.lengthOf(3);
        expect(made[2]?.askedFor).to.equal('123');
      });
    }

    it('waits for no answer longer than for a connection', () => {
      const { made, clock, socket, failResume } = asking();
      failResume();
      clock.tick(5000);
      expect(made).to.have.lengthOf(2);
      clock.tick(1000);
      expect(made[2]?.askedFor).to.equal('123');
      FakeXhr.made[0]?.answer(404);
      expect(socket.connecting).to.equal(true);
      expect(made).to.have.lengthOf(3);
    });

    it('takes a new one once ten seconds have passed', () => {
      const { made, clock, socket } = asking();
      made[0]?.onDisconnect();
      socket._insistUntil -= 10_000;
      clock.tick(500);
      made[1]?.onDisconnect();
      expect(FakeXhr.made).to.have.lengthOf(0);
      expect(made[2]?.askedFor).to.equal(null);
    });

    it('goes another way when the server has it but the way to it is gone', () => {
      const { made, clock } = asking();
      made[0]?.onDisconnect();
      for (let ms = 0; made.at(-1)?.type === 'first' && ms < 10_000; ms += 10) {
        clock.tick(10);
        if (made.at(-1)?.connected === undefined) made.at(-1)?.onDisconnect();
        for (const question of FakeXhr.made.splice(0)) question.answer(200);
      }
      expect(made.at(-1)?.type).to.equal('second');
      expect(made.filter(({ askedFor }) => askedFor === '123')).to.have.lengthOf(4);
    });

    it('takes the answer of a proxy whose server is down for no sign of it', () => {
      const { made, clock } = asking();
      made[0]?.onDisconnect();
      for (let attempt = 1; attempt <= 3; attempt++) {
        failNextAttempt(clock, made);
        FakeXhr.made.pop()?.answer(502);
        expect(made).to.have.lengthOf(attempt + 1);
      }
      failNextAttempt(clock, made);
      expect(made[4]?.askedFor).to.equal('123');
    });

    it('asks for it once more when the server came up between an attempt and its answer', () => {
      const { made, clock } = asking();
      made[0]?.onDisconnect();
      for (let attempt = 1; attempt <= 3; attempt++) {
        failNextAttempt(clock, made);
        FakeXhr.made.pop()?.answer(attempt < 3 ? 0 : 200);
      }
      expect(made).to.have.lengthOf(5);
      expect(made.at(-1)).to.include({ type: 'first', askedFor: '123' });
      made.at(-1)?.onConnect();
      expect(made).to.have.lengthOf(5);
    });
  });

  it('is in its session again with the first message that comes, which is one', () => {
    const { clock, made, events } = connected();
    made[0]?.onDisconnect();
    clock.tick(500);
    made[1]?.onData('~m~6~m~queued~m~4~m~more');
    expect(events.slice(-4)).to.deep.equal([
      ['connect'],
      ['reconnect', 'first', 1],
      ['message', 'queued'],
      ['message', 'more'],
    ]);
  });

  it('keeps asking for its session while the server does not answer at all', () => {
    const { clock, made } = connected();
    made[0]?.onDisconnect();
    clock.tick(500);
    made[1]?.onDisconnect();
    made[2]?.onDisconnect();
    clock.tick(1000);
    expect(made[3]?.askedFor).to.equal('123');
  });

  it('stays with the transport that worked for two attempts, then tries all', () => {
    const { clock, made } = connected();
    made[0]?.onDisconnect();
    for (let attempt = 1; attempt <= 3; attempt++) failNextAttempt(clock, made);
    expect(made.slice(1).map(({ type }) => type)).to.deep.equal(
      'first first first first first first second'.split(' '),
    );
  });

  it('waits twice as long each time, up to a cap, with some chance in it', () => {
    const { clock, made, events } = connected({
      transports: ['first'],
      reconnectionDelay: 16_000,
    });
    made[0]?.onDisconnect();
    for (let attempt = 1; attempt <= 6; attempt++) failNextAttempt(clock, made);
    const delays = events.filter(([name]) => name === 'reconnecting').map(([, delay]) => delay);
    for (const [i, delay] of delays.entries()) {
      const nominal = Math.min(16_000 * 2 ** (i + 1), LONGEST_DELAY_MS);
      expect(delay).to.be.within(nominal / 2, nominal);
    }
    expect(delays).to.have.lengthOf.at.least(5);
  });

  it('gives up after maxReconnectionAttempts, and tells reconnect_failed', () => {
    const { clock, made, socket, events } = connected({ maxReconnectionAttempts: 3 });
    made[0]?.onDisconnect();
    for (let attempt = 1; attempt <= 3; attempt++) failNextAttempt(clock, made);
    expect(events.at(-1)).to.deep.equal(['reconnect_failed']);
    expect(events.map(([name]) => name)).to.not.include('connect_failed');
    expect(socket.reconnecting).to.equal(false);
    expect(clock.pending).to.equal(0);
  });

  it('does not reconnect if reconnect is off', () => {
    const { clock, made, socket } = connected({ reconnect: false });
    made[0]?.onDisconnect();
    clock.tick(LONGEST_DELAY_MS);
    expect(made).to.have.lengthOf(1);
    expect(socket.connected).to.equal(false);
  });

  it('leaves it to a listener of disconnect that connects at once, and goes on if that fails', () => {
    const { clock, made, socket } = connected();
    socket.once('disconnect', () => socket.connect());
    made[0]?.onDisconnect();
    expect(made).to.have.lengthOf(2);
    for (let i = 1; i < made.length; i++) made[i]?.onDisconnect();
    const before = made.length;
    clock.tick(1000);
    expect(made.length).to.be.greaterThan(before);
  });

  it('connects at once when the page asks for it during the delay', () => {
    const { made, socket } = connected();
    made[0]?.onDisconnect();
    socket.connect();
    expect(made).to.have.lengthOf(2);
  });

  it('takes a link for dead that is silent for the timeout of its transport', () => {
    const { clock, made, names } = connected({ transportOptions: { first: { timeout: 900 } } });
    clock.tick(800);
    made[0]?.onData('~m~4~m~~h~1');
    clock.tick(899);
    expect(names()).to.deep.equal([]);
    clock.tick(1);
    expect(names()).to.deep.equal(['close', 'disconnect']);
    expect(made[0]?.ending).to.equal(Ending.LOST);
  });

  describe('because its page left', () => {
    it('says goodbye in that turn, and tells nobody here', () => {
      const { clock, made, socket, events } = connected();
      socket._suspend();
      expect(made[0]?.ending).to.equal(Ending.UNLOADED);
      expect(events).to.deep.equal([]);
      expect(clock.pending).to.equal(0);
    });

    it('connects at once, with a new session, when the page comes back', () => {
      const { made, socket, events } = connected();
      socket._suspend();
      socket.send('while away');
      socket._wake();
      expect(made[1]?.askedFor).to.equal(null);
      made[1]?.onData('~m~3~m~456');
      expect(events.map(([name]) => name)).to.deep.equal([
        'close',
        'disconnect',
        'connecting',
        'connect',
        'reconnect',
      ]);
      expect(made[1]?.sent).to.deep.equal([['while away']]);
    });

    it('waits for the end of the event that tells it, which is still a part of loading', () => {
      const shown: (() => void)[] = [];
      const { clock, socket } = connected(
        {},
        { addEventListener: (name, fn) => void (name === 'pageshow' && shown.push(fn)) },
      );
      watchPage();
      socket._suspend();
      for (const tell of shown) tell();
      expect(socket.connecting).to.equal(false);
      clock.tick(0);
      expect(socket.connecting).to.equal(true);
    });

    it('goes on connecting when the page comes back in the middle of that', () => {
      const clock = install();
      const made = fakeTransports('first');
      const { socket } = fakeSocket();
      socket.connect();
      socket._suspend();
      clock.tick(LONGEST_DELAY_MS);
      expect(made).to.have.lengthOf(1);
      socket._wake();
      expect(made).to.have.lengthOf(2);
    });

    it('is not disturbed by a page that is shown for the first time', () => {
      const { made, socket } = connected();
      socket._wake();
      expect(made).to.have.lengthOf(1);
    });
  });
});
