import { expect } from 'chai';
import type { IncomingMessage } from 'node:http';
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
    ['app://a.com', ['app://a.com'], ['http://a.com', 'app://b.com']],
    ['chrome-extension://abcdef', ['chrome-extension://abcdef'], ['http://abcdef']],
    [
      '*.example.com:*',
      ['http://www.example.com', 'https://a.b.example.com:8443'],
      ['http://example.com', 'http://evil-example.com', 'http://www.example.com.evil.org'],
    ],
    ['*.example.com:8080', ['http://www.example.com:8080'], ['http://www.example.com']],
    ['https://*.example.com', ['https://a.example.com'], ['http://a.example.com:443']],
    ['münchen.example:*', ['http://xn--mnchen-3ya.example'], ['http://munchen.example']],
    [
      'https://example.com:*',
      ['https://example.com', 'https://example.com:8443'],
      ['http://example.com', 'http://example.com:443'],
    ],
    [
      'https://example.com',
      ['https://example.com', 'https://example.com/'],
      ['http://example.com:443', 'ftp://example.com:443', 'https://example.com/path'],
    ],
    ['wss://example.com', ['https://example.com'], ['http://example.com']],
    ['*://example.com:81', ['https://example.com:81'], ['https://example.com']],
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
      'c.com:*',
    ]);
    expect(new Origins('*.a.com münchen.example:81').entries).to.deep.equal([
      '*.a.com:*',
      'xn--mnchen-3ya.example:81',
    ]);
  });

  for (const [entry, reason] of [
    ['http://', 'it has no host'],
    ['null', "any page can have the origin null; '*:*' allows all pages"],
    ['a.*.com', 'a host may only begin with *.'],
    ['*example.com:80', 'a host may only begin with *.'],
    ['a.com:http', 'its port is not a port or *'],
    ['a.com:65536', 'its port is not a port or *'],
    ['a.com/path', 'its host is not a host name'],
    ['user@a.com', 'its host is not a host name'],
    ['[::1', 'its host is not a host name'],
  ]) {
    it(`throws a TypeError for ${entry}, which no page can match`, () => {
      expect(() => new Origins(`b.com ${entry}`))
        .to.throw(TypeError)
        .with.property(
          'message',
          "Expected each entry of `origins` to be like 'example.com:*' or " +
            `'https://example.com', got '${entry}': ${reason}`,
        );
    });
  }
});

describe('Origins.decide', () => {
  const rule = new Origins('example.com:*');
  const decide = (
    headers: Record<string, string>,
    isUpgrade = false,
    isReadable = false,
  ): boolean =>
    rule.decide({ headers } as unknown as IncomingMessage, isUpgrade, isReadable).isAllowed;

  it('reads Sec-WebSocket-Origin of an upgrade without Origin, as version 8 sends it', () => {
    const upgrade = 'websocket';
    const named = (origin: string): Record<string, string> => ({
      upgrade,
      'sec-websocket-origin': origin,
    });
    expect(decide(named('http://example.com'), true)).to.equal(true);
    expect(decide(named('http://evil.test'), true)).to.equal(false);
    expect(decide({ ...named('http://example.com'), origin: 'http://evil.test' }, true)).to.equal(
      false,
    );
    expect(decide({ upgrade }, true)).to.equal(false);
  });

  it('requires evidence for responses that all pages can read', () => {
    expect(decide({})).to.equal(true);
    expect(decide({}, false, true)).to.equal(false);
    expect(decide({ referer: 'http://example.com/page' }, false, true)).to.equal(true);
    expect(
      new Origins('*:*').decide({ headers: {} } as IncomingMessage, false, true).isAllowed,
    ).to.equal(true);
  });

  it('takes the own host of the server from the rule, not from the Host header', () => {
    for (const isReadable of [false, true]) {
      expect(
        decide({ host: 'evil.test', referer: 'http://evil.test/' }, false, isReadable),
      ).to.equal(false);
      expect(
        decide({ host: 'evil.test', 'sec-fetch-site': 'same-origin' }, false, isReadable),
      ).to.equal(false);
      expect(
        decide({ host: 'example.com:81', 'sec-fetch-site': 'same-origin' }, false, isReadable),
      ).to.equal(true);
    }
  });
});
