import { expect } from 'chai';
import { watchPageLifecycle } from '../../../client/browser/page-lifecycle.js';
import { CloseKind } from '../../../client/core/transport.js';
import type { Platform } from '../../../client/core/platform.js';
import type { ManualClock } from '../../support/clock.js';
import { type FakeTransport, fakeSocket, fakeTransports, FakeXhr, install } from './fakes.js';

const LONGEST_DELAY_MS = 60_000;

/** A connected socket with session 123 on transport `first`. */
function connected(options: object = {}, platform: Partial<Platform> = {}) {
  const clock = install(platform);
  const made: FakeTransport[] = fakeTransports('first', 'second');
  const fake = fakeSocket(options);
  fake.socket.connect();
  made[0]?.onData('~m~3~m~123');
  fake.events.length = 0;
  return { clock, made, ...fake };
}

/** The same on a platform with requests, and a function that makes the attempt to resume fail. */
function connectedWithRequests() {
  FakeXhr.made = [];
  const all = connected({}, { XMLHttpRequest: FakeXhr });
  const failResume = (): void => {
    all.made[0]?.onDisconnect();
    all.clock.tick(500);
    all.made[1]?.onDisconnect();
  };
  return { ...all, failResume };
}

/** A socket that could not resume its session, and whose probe got a response with `status`. */
function probed(status: number) {
  const all = connectedWithRequests();
  all.failResume();
  const [probe] = FakeXhr.made;
  probe?.answer(status);
  return { ...all, probe };
}

/** Advances the clock to the next attempt, and makes all of its transports fail. */
function failNextAttempt(clock: ManualClock, made: readonly FakeTransport[]): void {
  const before = made.length;
  for (let ms = 0; made.length === before && ms < LONGEST_DELAY_MS; ms += 10) clock.tick(10);
  for (let i = before; i < made.length; i++) made[i]?.onDisconnect();
}

describe('client Socket that lost its connection', () => {
  it('emits disconnect, and connects again after reconnectionDelay', () => {
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

  it('emits connecting before reconnecting, as in 0.6.3: pages display the latter', () => {
    const { clock, made, names } = connected({ transports: ['first'] });
    made[0]?.onDisconnect();
    clock.tick(500);
    expect(names().slice(2)).to.deep.equal(['connecting', 'reconnecting']);
  });

  it('stops reconnecting when a listener of reconnecting disconnects', () => {
    const { clock, made, socket } = connected();
    socket.on('reconnecting', () => socket.disconnect());
    made[0]?.onDisconnect();
    clock.tick(LONGEST_DELAY_MS);
    expect(made).to.have.lengthOf(2);
    expect(socket).to.include({ connecting: false, reconnecting: false });
    expect(clock.pending).to.equal(0);
  });

  it('does not emit reconnecting when a listener of connecting disconnects', () => {
    const { clock, made, socket, names } = connected();
    socket.on('connecting', () => socket.disconnect());
    made[0]?.onDisconnect();
    clock.tick(LONGEST_DELAY_MS);
    expect(names().slice(2)).to.deep.equal(['connecting']);
  });

  it('requests its session first, and a new one as soon as that is refused', () => {
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
    it('requests from the server whether it still has the session', () => {
      const { probe } = probed(200);
      expect(probe).to.include({
        method: 'POST',
        url: 'http://example.com:8080/socket.io/first/123/send',
      });
    });

    it('requests a new session as soon as the server responds that it is unknown', () => {
      const { made } = probed(404);
      expect(made).to.have.lengthOf(3);
      expect(made[2]?.askedFor).to.equal(null);
    });

    for (const status of [0, 200, 502]) {
      it(`requests the session again in the next round after a response of ${status}`, () => {
        const { made, clock } = probed(status);
        expect(made).to.have.lengthOf(2);
        clock.tick(1000);
        expect(made).to.have.lengthOf(3);
        expect(made[2]?.askedFor).to.equal('123');
      });
    }

    it('waits for a response no longer than for a connection', () => {
      const { made, clock, socket, failResume } = connectedWithRequests();
      failResume();
      clock.tick(5000);
      expect(made).to.have.lengthOf(2);
      clock.tick(1000);
      expect(made[2]?.askedFor).to.equal('123');
      FakeXhr.made[0]?.answer(404);
      expect(socket.connecting).to.equal(true);
      expect(made).to.have.lengthOf(3);
    });

    it('requests a new session after ten seconds', () => {
      const { made, clock, socket } = connectedWithRequests();
      made[0]?.onDisconnect();
      socket._resumeUntil -= 10_000;
      clock.tick(500);
      made[1]?.onDisconnect();
      expect(FakeXhr.made).to.have.lengthOf(0);
      expect(made[2]?.askedFor).to.equal(null);
    });

    it('tries other transports when the server has the session but this transport fails', () => {
      const { made, clock } = connectedWithRequests();
      made[0]?.onDisconnect();
      for (let ms = 0; made.at(-1)?.type === 'first' && ms < 10_000; ms += 10) {
        clock.tick(10);
        if (made.at(-1)?.connected === undefined) made.at(-1)?.onDisconnect();
        for (const probe of FakeXhr.made.splice(0)) probe.answer(200);
      }
      expect(made.at(-1)?.type).to.equal('second');
      expect(made.filter(({ askedFor }) => askedFor === '123')).to.have.lengthOf(4);
    });

    it('does not treat the response of a proxy whose server is down as one of the server', () => {
      const { made, clock } = connectedWithRequests();
      made[0]?.onDisconnect();
      for (let attempt = 1; attempt <= 3; attempt++) {
        failNextAttempt(clock, made);
        FakeXhr.made.pop()?.answer(502);
        expect(made).to.have.lengthOf(attempt + 1);
      }
      failNextAttempt(clock, made);
      expect(made[4]?.askedFor).to.equal('123');
    });

    it('requests it once more if the server started between an attempt and the response', () => {
      const { made, clock } = connectedWithRequests();
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

  it('resumes its session with the first message, which is not an id', () => {
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

  it('keeps requesting its session while the server does not respond at all', () => {
    const { clock, made } = connected();
    made[0]?.onDisconnect();
    clock.tick(500);
    made[1]?.onDisconnect();
    made[2]?.onDisconnect();
    clock.tick(1000);
    expect(made[3]?.askedFor).to.equal('123');
  });

  it('reuses the last working transport for two attempts, then tries all', () => {
    const { clock, made } = connected();
    made[0]?.onDisconnect();
    for (let attempt = 1; attempt <= 3; attempt++) failNextAttempt(clock, made);
    expect(made.slice(1).map(({ type }) => type)).to.deep.equal(
      'first first first first first first second'.split(' '),
    );
  });

  it('doubles the delay with each attempt, up to a cap, with a random part', () => {
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

  it('stops after maxReconnectionAttempts, and emits reconnect_failed', () => {
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

  it('lets a listener of disconnect connect at once, and reconnects if that fails', () => {
    const { clock, made, socket } = connected();
    socket.once('disconnect', () => socket.connect());
    made[0]?.onDisconnect();
    expect(made).to.have.lengthOf(2);
    for (let i = 1; i < made.length; i++) made[i]?.onDisconnect();
    const before = made.length;
    clock.tick(1000);
    expect(made.length).to.be.greaterThan(before);
  });

  it('connects at once when the page calls connect during the delay', () => {
    const { made, socket } = connected();
    made[0]?.onDisconnect();
    socket.connect();
    expect(made).to.have.lengthOf(2);
  });

  it('treats a connection without data for the timeout of its transport as lost', () => {
    const { clock, made, names } = connected({ transportOptions: { first: { timeout: 900 } } });
    clock.tick(800);
    made[0]?.onData('~m~4~m~~h~1');
    clock.tick(899);
    expect(names()).to.deep.equal([]);
    clock.tick(1);
    expect(names()).to.deep.equal(['close', 'disconnect']);
    expect(made[0]?.ending).to.equal(CloseKind.LOST);
  });

  describe('because its page was unloaded', () => {
    it('closes the session synchronously, without events', () => {
      const { clock, made, socket, events } = connected();
      socket._suspend();
      expect(made[0]?.ending).to.equal(CloseKind.UNLOADED);
      expect(events).to.deep.equal([]);
      expect(clock.pending).to.equal(0);
    });

    it('connects at once, with a new session, when the page is shown again', () => {
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

    it('connects after the pageshow event, which is still part of the loading', () => {
      const shown: (() => void)[] = [];
      const { clock, socket } = connected(
        {},
        { addEventListener: (name, fn) => void (name === 'pageshow' && shown.push(fn)) },
      );
      watchPageLifecycle();
      socket._suspend();
      for (const listener of shown) listener();
      expect(socket.connecting).to.equal(false);
      clock.tick(0);
      expect(socket.connecting).to.equal(true);
    });

    it('continues to connect when the page is shown again during an attempt', () => {
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

    it('keeps its connection when the page is shown for the first time', () => {
      const { made, socket } = connected();
      socket._wake();
      expect(made).to.have.lengthOf(1);
    });
  });
});
