import { expect } from 'chai';
import type { IncomingMessage } from 'node:http';
import { corsHeaders, corsRecord } from '../../lib/access/cors.js';
import { Origins } from '../../lib/access/origins.js';

/** The CORS headers for a request with `headers`, by name. */
function headersOf(headers: Record<string, string>, always?: boolean): Record<string, string> {
  const request = { headers } as unknown as IncomingMessage;
  const list = corsHeaders(request, new Origins('*:*').decide(request, false), always);
  const pairs: [string, string][] = [];
  for (let i = 0; i < list.length; i += 2) pairs.push([list[i] ?? '', list[i + 1] ?? '']);
  return Object.fromEntries(pairs);
}

describe('corsHeaders', () => {
  const origin = 'http://a.com';
  const named = { 'Access-Control-Allow-Origin': origin, Vary: 'Origin' };
  const credentials = { 'Access-Control-Allow-Credentials': 'true' };

  it('returns no headers without an origin', () => {
    expect(headersOf({})).to.deep.equal({});
    expect(headersOf({ cookie: 'a=b' }, true)).to.deep.equal({});
    expect(headersOf({ origin: '' })).to.deep.equal({});
    expect(headersOf({ origin: 'http://a.com\u0007' })).to.deep.equal({});
  });

  it('names the origin, and grants credentials to a request with a cookie', () => {
    expect(headersOf({ origin })).to.deep.equal(named);
    expect(headersOf({ origin, cookie: 'a=b' })).to.deep.equal({ ...named, ...credentials });
    expect(headersOf({ origin }, true)).to.deep.equal({ ...named, ...credentials });
  });

  it('grants no credentials to an origin that any page can have', () => {
    const any = { 'Access-Control-Allow-Origin': '*' };
    expect(headersOf({ origin: 'null', cookie: 'a=b' }, true)).to.deep.equal(any);
  });
});

describe('corsRecord', () => {
  it('returns the headers as a record, with credentials', () => {
    const request = { headers: { origin: 'http://a.com' } } as unknown as IncomingMessage;
    const decision = new Origins('a.com').decide(request, false);
    expect(corsRecord(request, decision)).to.deep.equal({
      'Access-Control-Allow-Origin': 'http://a.com',
      Vary: 'Origin',
      'Access-Control-Allow-Credentials': 'true',
    });
  });

  it('is empty for an origin that the rule does not allow', () => {
    const request = { headers: { origin: 'http://b.com' } } as unknown as IncomingMessage;
    const decision = new Origins('a.com').decide(request, false);
    expect(corsRecord(request, decision)).to.deep.equal({});
  });
});
