import { expect } from 'chai';
import { Origins } from '../../lib/access/origins.js';

describe('Origins', () => {
  const cases: readonly (readonly [string | string[], readonly string[], readonly string[]])[] = [
    ['*:*', ['http://a.com', 'https://a.com:1', 'null', 'nonsense', ''], []],
    ['*', ['http://a.com', 'null'], []],
    [
      'example.com:*',
      [
        'http://example.com',
        'http://example.com:8080',
        'https://example.com',
        'http://EXAMPLE.com',
      ],
      [
        'http://ple.com',
        'http://example.com.evil.org',
        'http://evil.org/example.com',
        'http://evil-example.com',
        'http://sub.example.com',
        'http://example.co',
        'http://example.com@evil.org',
        'null',
        '',
        'example.com',
        'not a url',
      ],
    ],
    ['example.com', ['http://example.com', 'https://example.com:8443'], ['http://other.com']],
    ['Example.COM:80', ['http://example.com', 'http://example.com:80'], ['https://example.com']],
    ['example.com:443', ['https://example.com'], ['http://example.com', 'https://example.com:1']],
    ['*:8080', ['http://a.com:8080', 'https://b.org:8080'], ['http://a.com', 'http://a.com:80800']],
    [':8080', ['http://a.com:8080'], ['http://a.com:81']],
    [
      'a.com:80 b.com:*, c.com:1',
      ['http://a.com', 'http://b.com:9', 'http://c.com:1'],
      ['http://a.com:9', 'http://c.com'],
    ],
    [
      ['a.com:80', ' b.com:* '],
      ['http://a.com', 'http://b.com:9'],
      ['http://c.com', 'null'],
    ],
    ['http://a.com', ['http://a.com', 'http://a.com:80'], ['https://a.com', 'http://a.com:8080']],
    ['https://a.com:8443/', ['https://a.com:8443'], ['https://a.com']],
    ['ftp-like://a.com', ['http://a.com:5'], ['http://b.com']],
    ['[::1]:80', ['http://[::1]'], ['http://[::1]:81']],
    ['[::1]', ['http://[::1]', 'http://[::1]:81'], ['http://[::2]']],
    ['', [], ['http://a.com', '', 'null']],
    [[], [], ['http://a.com']],
  ];
  for (const [origins, allowed, denied] of cases) {
    it(`allows what ${JSON.stringify(origins)} names and nothing else`, () => {
      const rule = new Origins(origins);
      for (const origin of allowed) expect(rule.allows(origin), origin).to.equal(true);
      for (const origin of denied) expect(rule.allows(origin), origin).to.equal(false);
      expect(rule.any).to.equal(rule.allows(undefined));
    });
  }

  it('lists its entries for the Flash policy', () => {
    expect(new Origins('a.com b.com:80, https://c.com').entries).to.deep.equal([
      'a.com:*',
      'b.com:80',
      'c.com:443',
    ]);
  });

  it('throws a TypeError for an invalid URL', () => {
    expect(() => new Origins('http://')).to.throw(TypeError);
  });
});
