import { expect } from 'chai';
import * as fc from 'fast-check';
import { decodeHandshake, encodeHandshake } from '../../../lib/protocol/v1/index.js';

const SESSION = {
  sessionId: 'OJRXiuWyHk_ZvQDqBPN1',
  heartbeatTimeout: 60_000,
  closeTimeout: 60_000,
  transports: ['websocket', 'htmlfile', 'xhr-polling', 'jsonp-polling'],
};

describe('encodeHandshake', () => {
  it('writes times in seconds, fractions as decimals', () => {
    expect(encodeHandshake(SESSION)).to.equal(
      'OJRXiuWyHk_ZvQDqBPN1:60:60:websocket,htmlfile,xhr-polling,jsonp-polling',
    );
    expect(encodeHandshake({ ...SESSION, closeTimeout: 1500, transports: ['websocket'] })).to.equal(
      'OJRXiuWyHk_ZvQDqBPN1:60:1.5:websocket',
    );
  });

  it('writes an empty field for an absent time', () => {
    expect(encodeHandshake({ ...SESSION, heartbeatTimeout: null, transports: [] })).to.equal(
      'OJRXiuWyHk_ZvQDqBPN1::60:',
    );
  });

  it('rejects a session id that would break the line or a URL', () => {
    for (const sessionId of ['', 'a:b', 'a/b', 'a?b', 'a b', 'a\nb', 'é', 'a%b']) {
      expect(() => encodeHandshake({ ...SESSION, sessionId })).to.throw(RangeError);
    }
  });
});

describe('decodeHandshake', () => {
  it('reads what encodeHandshake writes', () => {
    const time = fc.option(fc.integer({ min: 0, max: 1e9 }));
    const name = fc.constantFrom('websocket', 'xhr-polling', 'x');
    fc.assert(
      fc.property(time, time, fc.array(name), (heartbeatTimeout, closeTimeout, transports) => {
        const handshake = { sessionId: 'aZ_-9', heartbeatTimeout, closeTimeout, transports };
        expect(decodeHandshake(encodeHandshake(handshake))).to.deep.equal(handshake);
      }),
    );
  });

  it('reads a line with missing or further fields', () => {
    const bare = { heartbeatTimeout: null, closeTimeout: null, transports: [] };
    expect(decodeHandshake('abc')).to.deep.equal({ sessionId: 'abc', ...bare });
    expect(decodeHandshake('abc:::')).to.deep.equal({ sessionId: 'abc', ...bare });
    expect(decodeHandshake('abc:::,x,,a b, ,y,:more:\n')).to.deep.equal({
      sessionId: 'abc',
      ...bare,
      transports: ['x', 'y'],
    });
  });

  it('returns null for what is not a handshake', () => {
    const lines = [
      '',
      ':60:60:websocket',
      'handshake unauthorized',
      '<html>',
      'a/b:60:60:',
      'a:x:60:',
      'a:-1:60:',
      'a:60:1e9:',
      'a:60:NaN:',
      'a:60:' + '1'.repeat(10) + ':',
      'a:60:60:' + 'x'.repeat(5000),
    ];
    expect(lines.filter((line) => decodeHandshake(line) !== null)).to.deep.equal([]);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (line) => void decodeHandshake(line)));
  });
});
