import { expect } from 'chai';
import type { IncomingMessage } from 'node:http';
import {
  originHeader,
  originLogLine,
  Origins,
  shownOrigin,
  unreadableLogLine,
} from '../../lib/access/origins.js';

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

describe('Origins.decide, by Sec-Fetch-Site', () => {
  const rule = new Origins('https://example.com');
  const from = (headers: IncomingMessage['headers'], isUpgrade = false): boolean =>
    rule.decide({ headers } as IncomingMessage, isUpgrade).isAllowed;
  for (const [site, host, isAllowed] of [
    ['none', 'evil.test', true],
    ['same-origin', 'example.com', true],
    ['same-origin', 'example.com:81', false],
    ['same-origin', undefined, false],
    ['same-site', 'example.com', false],
    ['cross-site', 'example.com', false],
    ['new-value', 'example.com', false],
  ] as const) {
    it(`${isAllowed ? 'allows' : 'denies'} ${site} at the host ${host}`, () => {
      const headers = { host, 'sec-fetch-site': site } as IncomingMessage['headers'];
      for (const isReadable of [false, true]) {
        const decision = rule.decide({ headers } as IncomingMessage, false, isReadable);
        expect(decision).to.deep.equal({ isAllowed, isOriginAllowed: false });
      }
    });
  }

  it('denies an unreadable Referer, and any upgrade without an Origin', () => {
    expect(from({ referer: 'nonsense' })).to.equal(false);
    expect(from({ referer: 'about:blank' })).to.equal(false);
    expect(from({ referer: 'https://example.com/a?b' })).to.equal(true);
    expect(from({ referer: 'https://example.com/' }, true)).to.equal(false);
  });
});

describe('Origins.bind', () => {
  const rule = new Origins('a.com:* b.com:*');
  const use = (session: { _origin: string | null }, origin?: string): boolean => {
    const request = { headers: { origin } } as IncomingMessage;
    return rule.bind(session, request, rule.decide(request, false));
  };

  it('binds a session to the first allowed origin', () => {
    const session = { _origin: null };
    expect(use(session)).to.equal(true);
    expect(use(session, 'null')).to.equal(true);
    expect(use(session, 'http://c.com')).to.equal(true);
    expect(session._origin).to.equal(null);
    expect(use(session, 'http://a.com')).to.equal(true);
    expect(session._origin).to.equal('http://a.com');
    expect(use(session, 'http://b.com')).to.equal(false);
    // The transport answers such a request: it is not allowed in any case.
    expect(use(session, 'http://c.com')).to.equal(true);
    expect(use(session)).to.equal(true);
    expect(session._origin).to.equal('http://a.com');
  });

  it('does not bind a session if all origins are allowed', () => {
    const any = new Origins('*:*');
    const session = { _origin: null };
    const request = { headers: { origin: 'http://a.com' } } as IncomingMessage;
    expect(any.bind(session, request, any.decide(request, false))).to.equal(true);
    expect(session._origin).to.equal(null);
  });
});

describe('the origin of a request in the log', () => {
  for (const [headers, shown] of [
    [{}, undefined],
    [{ origin: 'http://a.com' }, 'http://a.com'],
    [{ origin: 'http://a.com\u0007' }, 'http://a.com?'],
    [{ origin: '' }, ''],
    [{ referer: 'http://a.com/path?secret' }, 'http://a.com'],
    [{ referer: 'nonsense' }, 'null'],
    [{ 'sec-fetch-site': 'same-origin', host: 'a.com:81' }, 'a.com:81'],
    [{ 'sec-fetch-site': 'same-origin' }, ''],
    [{ 'sec-fetch-site': 'cross-site' }, 'null'],
    [{ 'sec-fetch-site': 'same-site' }, 'null'],
    [{ 'sec-fetch-site': 'none' }, undefined],
    [{ 'sec-websocket-origin': 'http://a.com' }, undefined],
    [{ upgrade: 'websocket', 'sec-websocket-origin': 'http://a.com' }, 'http://a.com'],
    [{ upgrade: 'websocket', 'sec-websocket-origin': ['http://a.com'] }, undefined],
  ] as readonly (readonly [IncomingMessage['headers'], string | undefined])[]) {
    it(`is ${shown} for ${JSON.stringify(headers)}`, () => {
      const request = { headers } as IncomingMessage;
      expect(shownOrigin(request)).to.equal(shown);
      const subject = shown === undefined ? 'a request without an origin' : `the origin ${shown}`;
      const rest = `${subject}, which \`origins\` does not allow`;
      expect(originLogLine(request)).to.equal(`Refused ${rest}`);
      expect(unreadableLogLine(request)).to.equal(`Hid the response from ${rest}`);
    });
  }

  it('is undefined without any header that names one', () => {
    expect(originHeader({ headers: { upgrade: 'websocket' } } as IncomingMessage)).to.equal(
      undefined,
    );
  });
});
