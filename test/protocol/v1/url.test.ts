import { expect } from 'chai';
import * as fc from 'fast-check';
import { callbackIndex, parseAddress, parseQuery } from '../../../lib/protocol/v1/index.js';

const START = '/socket.io/'.length;

describe('parseAddress', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['1', ['1', '', '', '']],
    ['1/', ['1', '', '', '']],
    ['1/?t=1', ['1', '', '', 't=1']],
    ['1?t=1/2?3', ['1', '', '', 't=1/2?3']],
    ['1/websocket', ['1', 'websocket', '', '']],
    ['1/websocket/', ['1', 'websocket', '', '']],
    ['1/websocket/SID', ['1', 'websocket', 'SID', '']],
    ['1/websocket/SID/', ['1', 'websocket', 'SID', '']],
    ['1/websocket/SID/?a=/b/c', ['1', 'websocket', 'SID', 'a=/b/c']],
    ['1//SID/?disconnect=1', ['1', '', 'SID', 'disconnect=1']],
    ['2/x/y', ['2', 'x', 'y', '']],
    ['', ['', '', '', '']],
  ];
  for (const [path, [version, transport, sessionId, query]] of cases) {
    it(`reads ${JSON.stringify(path)}`, () => {
      expect(parseAddress(`/socket.io/${path}`, START)).to.deep.equal({
        version,
        transport,
        sessionId,
        query,
      });
    });
  }

  it('returns null for more than three parts', () => {
    for (const path of ['1/websocket/SID/x', '1/websocket/SID//', '1/a/b/c/d', '1////']) {
      expect(parseAddress(`/socket.io/${path}`, START)).to.equal(null);
    }
  });

  it('contains only parts of the path', () => {
    const path = fc.string({ unit: fc.constantFrom(...'1a/%~.é'.split('')) });
    fc.assert(
      fc.property(path, fc.string(), (given, query) => {
        const address = parseAddress(`/socket.io/${given}?${query}`, START);
        if (address === null) {
          expect(given.replace(/\/$/, '').split('/').length).to.be.above(3);
          return;
        }
        expect(address.query).to.equal(query);
        const { version, transport, sessionId } = address;
        expect(version + transport + sessionId).not.to.include('/');
        const rebuilt = [version, transport, sessionId].join('/');
        expect(rebuilt.startsWith(given.replace(/\/$/, ''))).to.equal(true);
      }),
    );
  });
});

describe('parseQuery', () => {
  it('decodes a form', () => {
    const query = parseQuery('a=1+2&b&c=x&c=y&c=%C3%A9&=z&d=%zz');
    expect({ ...query }).to.deep.equal({ a: '1 2', b: '', c: ['x', 'y', 'é'], '': 'z', d: '%zz' });
  });

  it('treats names of members of Object.prototype as ordinary names', () => {
    const query = parseQuery('__proto__=x&constructor=y&__proto__=z');
    expect(Object.getPrototypeOf(query)).to.equal(null);
    expect(Object.entries(query)).to.deep.equal([
      ['__proto__', ['x', 'z']],
      ['constructor', 'y'],
    ]);
  });

  it('takes 1000 parameters and ignores the rest', () => {
    const names = Array.from({ length: 1500 }, (_, i) => `n${i}`);
    expect(Object.keys(parseQuery(names.join('&')))).to.have.lengthOf(1000);
    expect(parseQuery('a&'.repeat(1500))['a']).to.have.lengthOf(1000);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (query) => void parseQuery(query)));
  });
});

describe('callbackIndex', () => {
  it('returns digits as they were given', () => {
    expect(callbackIndex('0')).to.equal('0');
    expect(callbackIndex('003')).to.equal('003');
  });

  it('returns null for all other values, which could inject script', () => {
    const values = [undefined, '', 'x', '1x', '-1', '1.0', ' 1', '1\n', ['1', '2'], '1'.repeat(16)];
    expect(values.filter((value) => callbackIndex(value) !== null)).to.deep.equal([]);
  });
});
