import { expect } from 'chai';
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { AuthorizeCallback } from '../../lib/access/authorize.js';
import { HandshakeVerifier } from '../../lib/access/handshake-verifier.js';
import { SessionLimiter } from '../../lib/access/session-limiter.js';
import { resolveOptions, type ListenerOptions } from '../../lib/options.js';
import { Timers } from '../../lib/util/timers.js';
import { ManualClock } from '../support/clock.js';
import { QUIET } from '../support/server.js';

const REQUEST = { headers: {}, socket: {} } as unknown as IncomingMessage;
/** Timers may fire this late. */
const GRAIN_MS = 20;

/** As much of a socket as a pending handshake observes. */
class Target extends EventEmitter {
  destroyed = false;

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

interface Fixture {
  readonly verifier: HandshakeVerifier;
  readonly limiter: SessionLimiter;
  readonly clock: ManualClock;
  readonly timers: Timers;
  /** What `verify` has called: `open`, or the code and status of a refusal. */
  readonly outcomes: unknown[];
  readonly verify: (target?: Target) => Target;
}

function setUp(options: ListenerOptions = {}): Fixture {
  const resolved = resolveOptions({ ...QUIET, ...options });
  const limiter = new SessionLimiter(resolved);
  const clock = new ManualClock();
  const timers = new Timers(clock);
  const verifier = new HandshakeVerifier(resolved, limiter, timers);
  const outcomes: unknown[] = [];
  function verify(target = new Target()): Target {
    verifier.verify(
      REQUEST,
      target as unknown as Socket,
      () => outcomes.push('open'),
      (code, own) => outcomes.push(own ? [code, own.status] : code),
    );
    return target;
  }
  return { verifier, limiter, clock, timers, outcomes, verify };
}

/** An `authorize` that decides when the test calls a function. */
function decideLater(): { callbacks: AuthorizeCallback[]; options: ListenerOptions } {
  const callbacks: AuthorizeCallback[] = [];
  const options: ListenerOptions = {
    authorize: (_request: IncomingMessage, callback: AuthorizeCallback) => {
      callbacks.push(callback);
    },
  };
  return { callbacks, options };
}

describe('HandshakeVerifier', () => {
  it('opens at once without `authorize`', () => {
    const { verify, outcomes, limiter } = setUp();
    verify();
    expect(outcomes).to.deep.equal(['open']);
    expect(limiter.handshakes).to.equal(0);
  });

  it('refuses above a limit, without calling `authorize`', () => {
    const { verify, outcomes, limiter } = setUp({
      maxSessions: 1,
      authorize: () => expect.fail('called'),
    });
    limiter.acquire(REQUEST);
    verify();
    expect(outcomes).to.deep.equal(['ERR_SIO_TOO_MANY_SESSIONS']);
  });

  it('refuses above maxHandshakes', () => {
    const { options } = decideLater();
    const { verify, outcomes, limiter } = setUp({ ...options, maxHandshakes: 1 });
    verify();
    verify();
    expect(outcomes).to.deep.equal(['ERR_SIO_TOO_MANY_HANDSHAKES']);
    expect(limiter.handshakes).to.equal(1);
  });

  it('opens or refuses when `authorize` decides, and counts the handshake until then', () => {
    const { callbacks, options } = decideLater();
    const { verify, outcomes, limiter, timers } = setUp(options);
    verify();
    verify();
    expect(limiter.handshakes).to.equal(2);
    expect(timers.size).to.equal(2);
    callbacks[0]?.(null, true);
    callbacks[1]?.(null, { status: 401 });
    expect(outcomes).to.deep.equal(['open', ['ERR_SIO_UNAUTHORIZED', 401]]);
    expect(limiter.handshakes).to.equal(0);
    expect(timers.size).to.equal(0);
  });

  it('refuses what `authorize` accepts after the Listener has begun to drain', () => {
    const { callbacks, options } = decideLater();
    const { verify, outcomes, limiter } = setUp(options);
    verify();
    limiter.isDraining = true;
    callbacks[0]?.(null, true);
    expect(outcomes).to.deep.equal(['ERR_SIO_DRAINING']);
    expect(limiter.handshakes).to.equal(0);
  });

  it('calls neither when the client closes first', () => {
    const { callbacks, options } = decideLater();
    const { verify, outcomes, limiter, timers } = setUp(options);
    verify().destroy();
    expect(limiter.handshakes).to.equal(0);
    expect(timers.size).to.equal(0);
    callbacks[0]?.(null, true);
    expect(outcomes).to.deep.equal([]);
  });

  it('calls neither when the target is destroyed, and has not emitted close yet', () => {
    const { callbacks, options } = decideLater();
    const { verify, outcomes, limiter } = setUp(options);
    verify().destroyed = true;
    callbacks[0]?.(null, true);
    expect(outcomes).to.deep.equal([]);
    expect(limiter.handshakes).to.equal(0);
  });

  it('survives an error of the target while it is pending', () => {
    const { callbacks, options } = decideLater();
    const { verify, outcomes } = setUp(options);
    verify().emit('error', new Error('read ECONNRESET'));
    callbacks[0]?.(null, true);
    expect(outcomes).to.deep.equal(['open']);
  });

  it('refuses with 503 after handshakeTimeout', () => {
    const { callbacks, options } = decideLater();
    const { verify, outcomes, clock, limiter } = setUp({ ...options, handshakeTimeout: 3000 });
    verify();
    clock.tick(2999);
    expect(outcomes).to.deep.equal([]);
    clock.tick(1 + GRAIN_MS);
    expect(outcomes).to.deep.equal([['ERR_SIO_UNAUTHORIZED', 503]]);
    expect(limiter.handshakes).to.equal(0);
    callbacks[0]?.(null, true);
    expect(outcomes).to.have.length(1);
  });

  it('waits without limit when handshakeTimeout is 0', () => {
    const { options } = decideLater();
    const { verify, outcomes, clock } = setUp({ ...options, handshakeTimeout: 0 });
    verify();
    expect(clock.pending).to.equal(0);
    clock.tick(1e9);
    expect(outcomes).to.deep.equal([]);
  });

  it('refuses all pending handshakes with 503 on close()', () => {
    const { callbacks, options } = decideLater();
    const { verifier, verify, outcomes, limiter } = setUp(options);
    verify();
    verify();
    verifier.close();
    const refused = ['ERR_SIO_UNAUTHORIZED', 503];
    expect(outcomes).to.deep.equal([refused, refused]);
    expect(limiter.handshakes).to.equal(0);
    callbacks[0]?.(null, true);
    expect(outcomes).to.have.length(2);
  });
});
