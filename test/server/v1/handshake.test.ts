import { expect } from 'chai';
import { once } from 'node:events';
import type { Client } from '../../../lib/index.js';
import { ManualClock } from '../../support/clock.js';
import { request, requestBytes } from '../../support/raw.js';
import { HANDSHAKE } from '../../support/frames.js';
import { openPolling, statusOf } from '../../support/requests.js';
import { serve } from '../../support/server.js';
import { handshake, newSession, poll, post, V1Client } from '../../support/v1.js';

const EXPIRY_MS = 30_000;

describe('handshakes of 0.7 to 0.9', () => {
  it('announce the timings and transports of the options', async () => {
    const { port } = await serve({
      transports: ['xhr-polling', 'server-events', 'websocket'],
      protocol1: { heartbeatTimeout: 0, closeTimeout: 1500 },
      generateId: () => 'abc',
    });
    expect((await handshake(port)).body).to.equal('abc::1.5:xhr-polling,websocket');
  });

  it('answer HEAD without a session, and without a call of authorize', async () => {
    let calls = 0;
    const { port, io } = await serve({ authorize: () => ++calls > 0, origins: 'a.com:*' });
    for (const [Origin, expected] of [
      ['http://a.com', 200],
      ['http://b.com', 403],
    ] as const) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      const { status, body, headers } = await handshake(port, 't=1', {
        method: 'HEAD',
        headers: { Origin },
      });
      expect([status, body, headers['cache-control']]).to.deep.equal([expected, '', 'no-store']);
    }
    expect([calls, io._limiter.handshakes]).to.deep.equal([0, 0]);
  });

  it('expire after 30 seconds without a connection', async () => {
    const clock = new ManualClock();
    const { port, io } = await serve({ clock });
    const [lost, used] = [await newSession(port), await newSession(port)];
    clock.tick(EXPIRY_MS - 100);
    expect((await poll(port, used)).body).to.equal('1::');
    clock.tick(100 + 20);
    expect((await poll(port, lost)).body).to.equal('7:::1+0');
    expect(Object.keys(io.clients)).to.deep.equal([used]);
    io.close();
    expect(clock.pending).to.equal(0);
  });

  it('count against maxHandshakes until they expire or are used', async () => {
    const clock = new ManualClock();
    const { port, io } = await serve({ clock, maxHandshakes: 2 });
    const codes: string[] = [];
    io.on('refused', ({ code }) => codes.push(code));
    const first = await newSession(port);
    await newSession(port);
    const { status, body } = await handshake(port);
    expect([status, body]).to.deep.equal([503, 'Handshake limit reached']);
    expect(codes).to.deep.equal(['ERR_SIO_TOO_MANY_HANDSHAKES']);
    await poll(port, first);
    await newSession(port);
    expect((await handshake(port)).status).to.equal(503);
    clock.tick(EXPIRY_MS + 20);
    await newSession(port);
  });

  it('are refused at maxSessions, which counts handshakes and sessions', async () => {
    const { port, io } = await serve({ maxSessions: 1 });
    const sessionId = await newSession(port);
    expect((await handshake(port)).body).to.equal('Session limit reached');
    expect((await poll(port, sessionId)).body).to.equal('1::');
    expect((await handshake(port)).status).to.equal(503);
    expect(Object.keys(io.clients)).to.deep.equal([sessionId]);
    io.clients[sessionId]?.disconnect();
    expect((await handshake(port)).status).to.equal(200);
  });

  it('are refused at maxSessionsPerAddress', async () => {
    const { port } = await serve({ maxSessionsPerAddress: 1 });
    await newSession(port);
    const { status, body } = await handshake(port);
    expect([status, body]).to.deep.equal([429, 'Session limit reached for your address']);
  });

  it('are decided by authorize, with its own status and message', async () => {
    const { port, io } = await serve({
      authorize: ({ url = '' }) => url.includes('ok') || { status: 401, message: 'Log in' },
    });
    const codes: string[] = [];
    io.on('refused', ({ code, status }) => codes.push(`${code} ${status}`));
    const refused = await handshake(port);
    expect([refused.status, refused.body]).to.deep.equal([401, 'Log in']);
    expect((await handshake(port, 'jsonp=2')).body).to.equal('io.j[2](new Error("Log in"));');
    expect((await handshake(port, 'ok')).status).to.equal(200);
    expect(codes).to.deep.equal(['ERR_SIO_UNAUTHORIZED 401', 'ERR_SIO_UNAUTHORIZED 401']);
  });

  it('fail with 500 where generateId cannot be used, and report it', async () => {
    for (const id of ['a:b', 'x'.repeat(257)]) {
      // oxlint-disable eslint/no-await-in-loop -- one server after the other
      const { port } = await serve({ generateId: () => id });
      const warned = once(process, 'warning') as Promise<[Error]>;
      const { status, body } = await handshake(port);
      expect([status, body]).to.deep.equal([500, 'handshake error']);
      expect((await warned)[0].message).to.match(
        /^`generateId` failed: .* without colons, of at most/,
      );
      // oxlint-enable eslint/no-await-in-loop
    }
  });

  it('inject no script', async () => {
    const { port } = await serve();
    for (const index of ['alert(1)', '1;x', '%0A1', '1&jsonp=2', '1'.repeat(16)]) {
      const { headers, body } = await handshake(port, `jsonp=${index}`);
      expect(headers['content-type']).to.equal('text/plain');
      expect(body).to.match(/^\d{38}:60:60:/);
    }
  });

  it('keep every name of a query as data', async () => {
    const { port, client: find } = await serve();
    const { sessionId } = await V1Client.open(port, '__proto__=x&constructor=y&a=1&a=2');
    const { query } = (await find(sessionId)).handshake as NonNullable<Client['handshake']>;
    expect(Object.entries(query)).to.deep.equal([
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['a', ['1', '2']],
    ]);
  });
});

describe('sessions of 0.7 to 0.9', () => {
  it('are not found by URLs of 0.6, nor sessions of 0.6 by theirs', async () => {
    const { port, io } = await serve();
    const { sessionId } = await V1Client.open(port);
    expect((await request(port, `/socket.io/xhr-polling/${sessionId}`)).status).to.equal(404);
    const old = await openPolling(port);
    expect((await poll(port, old)).body).to.equal('7:::1+0');
    expect((await post(port, old, '3:::x')).status).to.equal(404);
    expect(Object.keys(io.clients)).to.have.members([sessionId, old]);
  });

  it('are not found by names of members of Object.prototype', async () => {
    const { port } = await serve();
    for (const name of ['toString', '__proto__', 'constructor', 'hasOwnProperty']) {
      expect((await poll(port, name)).body).to.equal('7:::1+0');
      expect((await post(port, name, '3:::x')).status).to.equal(404);
      expect((await request(port, `/socket.io/1/${name}/x`)).status).to.equal(400);
    }
  });

  it('are the only ones if protocols is 0.9 alone', async () => {
    const { port } = await serve({ protocols: ['0.9'] });
    expect((await request(port, '/socket.io/xhr-polling/')).body).to.equal('app');
    expect((await handshake(port)).status).to.equal(200);
  });

  it('belong to one origin if origins are restricted', async () => {
    const { port, io } = await serve({ origins: ['a.example:*', 'b.example:*'] });
    const headers = { Origin: 'http://a.example' };
    const { body } = await handshake(port, 't=1', { headers });
    const sessionId = body.split(':')[0] as string;
    expect((await poll(port, sessionId, { headers })).body).to.equal('1::');
    const other = { Origin: 'http://b.example' };
    expect((await poll(port, sessionId, { headers: other })).body).to.equal('7:::1+0');
    expect((await post(port, sessionId, '0::', other)).status).to.equal(404);
    const foreign = { Origin: 'http://c.example' };
    expect((await post(port, sessionId, '0::', foreign)).status).to.equal(401);
    const path = `/socket.io/1//${sessionId}?disconnect=1`;
    expect((await request(port, path, { headers: foreign })).status).to.equal(401);
    const upgrade = { ...HANDSHAKE, ...foreign };
    const bytes = requestBytes(`/socket.io/1/websocket/${sessionId}`, { headers: upgrade });
    expect(await statusOf(port, bytes)).to.equal(403);
    expect(Object.keys(io.clients)).to.deep.equal([sessionId]);
  });

  it('are closed with their Listener, and handshakes expire', async () => {
    const clock = new ManualClock();
    const { port, io } = await serve({ clock });
    const client = await V1Client.open(port);
    await newSession(port);
    const reasons: string[] = [];
    io.on('clientDisconnect', (_client, reason) => reasons.push(reason));
    io.close();
    // without 0::, so that the client reconnects
    expect(await client.closed()).to.equal(1006);
    expect(await client.next().catch(String)).to.equal('Error: Closed with 1006');
    expect(reasons).to.deep.equal(['server close']);
    expect(clock.pending).to.equal(0);
    expect((await handshake(port)).body).to.equal('app');
  });

  it('are not served by transports that are not in the options', async () => {
    const { port } = await serve({ transports: ['xhr-polling'] });
    const sessionId = await newSession(port);
    for (const name of ['websocket', 'htmlfile', 'telepathy', 'xhr-multipart']) {
      const path = `/socket.io/1/${name}/${sessionId}`;
      expect((await request(port, path)).status).to.equal(400);
      expect(await statusOf(port, requestBytes(path, { headers: HANDSHAKE }))).to.equal(400);
    }
    expect((await poll(port, sessionId)).body).to.equal('1::');
  });
});
