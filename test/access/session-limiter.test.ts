import { expect } from 'chai';
import type { IncomingMessage } from 'node:http';
import {
  networkOf,
  SessionLimiter,
  type CountedSession,
  type SessionLimits,
} from '../../lib/access/session-limiter.js';

function requestFrom(remoteAddress?: string): IncomingMessage {
  return { socket: { remoteAddress } } as unknown as IncomingMessage;
}

const REQUEST = requestFrom('192.0.2.1');
const UNLIMITED: SessionLimits = { maxSessions: 0, maxSessionsPerAddress: 0, maxHandshakes: 0 };

function limiterWith(limits: Partial<SessionLimits>): SessionLimiter {
  return new SessionLimiter({ ...UNLIMITED, ...limits });
}

function session(remoteAddress = '192.0.2.1'): CountedSession {
  return { remoteAddress, _countedAddress: null };
}

describe('networkOf', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['192.0.2.1', '192.0.2.1'],
    ['', ''],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::', '2001:db8:1:2'],
    ['::1', '0:0:0:0'],
    ['1::2:3:4:5:6:7', '1:0:2:3'],
  ];
  for (const [address, network] of cases) {
    it(`returns '${network}' for '${address}'`, () => {
      expect(networkOf(address)).to.equal(network);
    });
  }
});

describe('SessionLimiter', () => {
  it('allows any number when the limits are 0', () => {
    const limiter = limiterWith({});
    for (let i = 0; i < 100; i++) {
      expect(limiter.check(REQUEST)).to.equal(null);
      expect(limiter.acquire(REQUEST)).to.be.a('function');
      limiter.add(session());
    }
  });

  it('refuses at maxSessions, until a session ends', () => {
    const limiter = limiterWith({ maxSessions: 2 });
    const [one, two] = [session(), session()];
    limiter.add(one);
    expect(limiter.check(REQUEST)).to.equal(null);
    limiter.add(two);
    expect(limiter.check(requestFrom('192.0.2.2'))).to.equal('ERR_SIO_TOO_MANY_SESSIONS');
    limiter.remove(one);
    expect(limiter.check(REQUEST)).to.equal(null);
  });

  it('counts a pending handshake as a session, until it is released', () => {
    const limiter = limiterWith({ maxSessions: 1, maxSessionsPerAddress: 1 });
    const release = limiter.acquire(REQUEST);
    expect(limiter.handshakes).to.equal(1);
    expect(limiter.check(REQUEST)).to.equal('ERR_SIO_TOO_MANY_SESSIONS');
    release?.();
    release?.();
    expect(limiter.handshakes).to.equal(0);
    expect(limiter.check(REQUEST)).to.equal(null);
  });

  it('counts another connection of a session as a handshake only', () => {
    const limiter = limiterWith({ maxSessions: 2, maxSessionsPerAddress: 2, maxHandshakes: 1 });
    limiter.add(session());
    const release = limiter.acquire(REQUEST, false);
    expect([limiter.sessions, limiter.handshakes]).to.deep.equal([1, 1]);
    expect(limiter.check(REQUEST)).to.equal(null);
    expect(limiter.acquire(REQUEST, false)).to.equal(null);
    release?.();
    release?.();
    expect([limiter.sessions, limiter.handshakes]).to.deep.equal([1, 0]);
  });

  it('returns null for a handshake above maxHandshakes', () => {
    const limiter = limiterWith({ maxHandshakes: 1 });
    const release = limiter.acquire(REQUEST);
    expect(limiter.acquire(REQUEST)).to.equal(null);
    expect(limiter.handshakes).to.equal(1);
    release?.();
    expect(limiter.acquire(REQUEST)).to.be.a('function');
  });

  it('refuses at maxSessionsPerAddress, for that network only', () => {
    const limiter = limiterWith({ maxSessionsPerAddress: 2 });
    limiter.add(session('2001:db8::1'));
    limiter.acquire(requestFrom('2001:db8::2'));
    const code = 'ERR_SIO_TOO_MANY_SESSIONS_OF_ADDRESS';
    expect(limiter.check(requestFrom('2001:db8::3'))).to.equal(code);
    expect(limiter.check(requestFrom('2001:db8:0:1::1'))).to.equal(null);
    expect(limiter.check(requestFrom())).to.equal(null);
  });

  it('ends the count under the address that the session was counted under', () => {
    const limiter = limiterWith({ maxSessionsPerAddress: 1 });
    const counted = session();
    limiter.add(counted);
    expect(counted._countedAddress).to.equal('192.0.2.1');
    limiter.remove(counted);
    expect(counted._countedAddress).to.equal(null);
    expect(limiter.check(REQUEST)).to.equal(null);
  });

  it('reads the limits at each use', () => {
    const limits = { ...UNLIMITED };
    const limiter = new SessionLimiter(limits);
    const counted = session();
    limiter.add(counted);
    limits.maxSessionsPerAddress = 1;
    expect(limiter.check(REQUEST)).to.equal(null);
    limiter.remove(counted);
    limiter.add(counted);
    expect(limiter.check(REQUEST)).to.equal('ERR_SIO_TOO_MANY_SESSIONS_OF_ADDRESS');
  });
});
