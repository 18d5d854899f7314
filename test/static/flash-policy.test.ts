import { expect } from 'chai';
import { policyXml } from '../../lib/static/flash-policy.js';

const HEAD =
  '<?xml version="1.0"?>\n' +
  '<!DOCTYPE cross-domain-policy SYSTEM "http://www.macromedia.com/xml/dtds/cross-domain-policy.dtd">\n' +
  '<cross-domain-policy>\n';
const FOOT = '</cross-domain-policy>\n';

/** The rules alone, one per line. */
function rules(...entries: string[]): string {
  const xml = policyXml(entries);
  expect(xml.startsWith(HEAD)).to.equal(true);
  expect(xml.endsWith(FOOT)).to.equal(true);
  return xml.slice(HEAD.length, -FOOT.length);
}

describe('policyXml()', () => {
  it('writes the bytes of 0.6.18 for the default origins', () => {
    expect(policyXml(['*:*'])).to.equal(
      `${HEAD}<allow-access-from domain="*" to-ports="*"/>\n${FOOT}`,
    );
  });

  it('writes one rule per entry, in order', () => {
    expect(rules('example.com:80', '*.example.org:*', '*:8080')).to.equal(
      '<allow-access-from domain="example.com" to-ports="80"/>\n' +
        '<allow-access-from domain="*.example.org" to-ports="*"/>\n' +
        '<allow-access-from domain="*" to-ports="8080"/>\n',
    );
  });

  it('grants every port to an entry without one', () => {
    expect(rules('example.com')).to.equal(
      '<allow-access-from domain="example.com" to-ports="*"/>\n',
    );
    expect(rules('*')).to.equal('<allow-access-from domain="*" to-ports="*"/>\n');
  });

  it('uses host and port of a URL', () => {
    expect(rules('https://example.com:8443/chat?x#y', 'HTTP://example.org/')).to.equal(
      '<allow-access-from domain="example.com" to-ports="8443"/>\n' +
        '<allow-access-from domain="example.org" to-ports="*"/>\n',
    );
  });

  it('keeps ranges and lists of ports', () => {
    expect(rules('example.com:80,8000-8010')).to.equal(
      '<allow-access-from domain="example.com" to-ports="80,8000-8010"/>\n',
    );
  });

  it('accepts an IPv6 address with or without a port', () => {
    expect(rules('[::1]:8080', '[::1]')).to.equal(
      '<allow-access-from domain="[::1]" to-ports="8080"/>\n' +
        '<allow-access-from domain="[::1]" to-ports="*"/>\n',
    );
  });

  it('escapes the special characters of XML', () => {
    expect(rules('a"><b&c:80')).to.equal(
      '<allow-access-from domain="a&quot;&gt;&lt;b&amp;c" to-ports="80"/>\n',
    );
  });

  const NOTHING = ['', ' ', ':', ':80', 'http://', 'a.com:', 'a.com:http', 'a.com:80"', 'a:b:80'];
  for (const entry of [...NOTHING, 'a b:80', 'a\0b:80', 'a\ud800:80', 'a\uffff:80', '::1']) {
    it(`grants nothing for ${JSON.stringify(entry)}`, () => {
      expect(rules(entry)).to.equal('');
    });
  }

  it('grants nothing without entries', () => {
    expect(policyXml([])).to.equal(HEAD + FOOT);
  });
});
