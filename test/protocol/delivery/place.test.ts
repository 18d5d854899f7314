import { expect } from 'chai';
import {
  cutPlace,
  parsePlace,
  placeOf,
  withoutPlace,
} from '../../../lib/protocol/delivery/place.js';

describe('parsePlace', () => {
  it('reads the fields in any order, and ignores unknown ones', () => {
    const place = { attempt: 3, received: 12, key: 77, first: 5, isProbe: false };
    expect(parsePlace('c=3&a=12&k=77&s=5&t=1322500000000')).to.deep.equal(place);
    expect(parsePlace('t=1&s=5&x=9&k=77&a=12&c=3')).to.deep.equal(place);
  });

  it('reads the place of a client that requests a session, and of a probe', () => {
    expect(parsePlace('c=1&a=0')).to.deep.equal({
      attempt: 1,
      received: 0,
      key: undefined,
      first: undefined,
      isProbe: false,
    });
    expect(parsePlace('c=2&a=0&k=1&p=1')?.isProbe).to.equal(true);
    expect(parsePlace('c=2&a=0&k=1&p=2')?.isProbe).to.equal(false);
  });

  it('takes the first of two fields of the same name', () => {
    expect(parsePlace('c=1&c=2&a=0&a=5')).to.include({ attempt: 1, received: 0 });
  });

  for (const segment of [
    '',
    '42',
    'c=1',
    'a=0',
    'c=0&a=0',
    'c=-1&a=0',
    'c=1.5&a=0',
    'c=1e3&a=0',
    'c=1&a=',
    'c=1&a=1234567890123456',
    'cc=1&a=0',
    'c=1;a=0',
  ]) {
    it(`returns null for ${JSON.stringify(segment)}`, () => {
      expect(parsePlace(segment)).to.equal(null);
    });
  }
});

describe('placeOf', () => {
  for (const path of [
    '/socket.io/xhr-polling//c=4&a=0&t=5',
    '/socket.io/xhr-polling/c=4&a=0&t=5',
    '/socket.io/xhr-polling/42/c=4&a=0',
    '/socket.io/xhr-polling/42/send/c=4&a=0?token=c=9',
    '/socket.io/server-events/42/c=4&a=0?goodbye',
    '/socket.io/jsonp-polling/42/c=4&a=0/7',
    '/socket.io/jsonp-polling/42/c=4&a=0/7/',
  ]) {
    it(`finds the place in ${path}`, () => {
      expect(placeOf(path)).to.include({ attempt: 4, received: 0 });
    });
  }

  for (const path of [
    '',
    '/',
    '?c=1&a=0',
    '/socket.io/xhr-polling//1322500000000',
    '/socket.io/jsonp-polling/42/1322500000000/3',
    '/socket.io/xhr-polling/42/c=1&a=0/send',
    '/c=1&a=0/1/2/3',
  ]) {
    it(`finds none in ${JSON.stringify(path)}`, () => {
      expect(placeOf(path)).to.equal(null);
    });
  }
});

describe('withoutPlace', () => {
  it('removes the place, and nothing else', () => {
    expect(withoutPlace('send/c=1&a=0&k=77/3')).to.equal('send/…/3');
    expect(withoutPlace('send')).to.equal('send');
  });
});

describe('cutPlace', () => {
  it('removes the place from a URL, and leaves the rest', () => {
    const place = 'c=2&a=0&k=77&t=5';
    expect(cutPlace(`/socket.io/websocket/42/${place}`)).to.equal('/socket.io/websocket/42');
    expect(cutPlace(`/socket.io/websocket//${place}`)).to.equal('/socket.io/websocket/');
    expect(cutPlace(`/socket.io/websocket/42/${place}/3?x=1`)).to.equal(
      '/socket.io/websocket/42/3?x=1',
    );
    expect(cutPlace('/socket.io/websocket/42?x=1')).to.equal('/socket.io/websocket/42?x=1');
  });
});
