import { expect } from 'chai';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { HeaderInterner } from '../../lib/server/header-interner.js';

function requestWith(rawHeaders: readonly string[]): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  request.rawHeaders = [...rawHeaders];
  return request;
}

describe('HeaderInterner', () => {
  it('keeps the headers of a request equal', () => {
    const pool = new HeaderInterner();
    const said = ['Host', 'a:80', 'Cookie', 'sid=1', 'X-Twice', 'one', 'X-Twice', 'two'];
    for (let time = 0; time < 2; time++) {
      const request = requestWith(said);
      pool.internHeaders(request);
      expect(request.rawHeaders).to.deep.equal(said);
    }
  });

  it('stores equal texts once', () => {
    const pool = new HeaderInterner();
    for (let time = 0; time < 3; time++) pool.internHeaders(requestWith(['Host', 'a:80']));
    expect(pool.size).to.equal(2);
  });

  it('stores no secret or per-request headers', () => {
    const pool = new HeaderInterner();
    const names = ['Cookie', 'authorization', 'Sec-WebSocket-Key', 'Sec-WebSocket-Key1'];
    pool.internHeaders(requestWith(names.flatMap((name, i) => [name, `secret ${i}`])));
    expect(pool.size).to.equal(names.length);
  });

  it('stores at most 1,000 texts of at most 256 characters', () => {
    const pool = new HeaderInterner();
    for (let i = 0; i < 1000; i++) expect(pool.intern(`text ${i}`)).to.equal(`text ${i}`);
    expect(pool.size).to.equal(1000);
    expect(pool.intern('one more')).to.equal('one more');
    expect(pool.size).to.equal(1);
    pool.intern('x'.repeat(256));
    expect(pool.size).to.equal(2);
    expect(pool.intern('y'.repeat(257))).to.equal('y'.repeat(257));
    expect(pool.size).to.equal(2);
  });
});
