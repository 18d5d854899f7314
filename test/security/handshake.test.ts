import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sessionId } from '../../lib/session/session-id.js';
import { ManualClock } from '../support/clock.js';
import { VARIANTS } from '../support/drivers/index.js';
import { serve } from '../support/server.js';
import { flushEventLoop, until } from '../support/wait.js';
import { expectAlive, expectNothingLeft } from '../support/checks.js';
import { HANDSHAKE, HIXIE_75, HIXIE_76 } from '../support/frames.js';
import { RawSocket, request, requestBytes } from '../support/raw.js';
import { openPolling, sendBytes, statusOf, withoutDate } from '../support/requests.js';

const LIB = join(__dirname, '..', '..', '..', 'lib');
const TRANSPORTS = ['htmlfile', 'xhr-multipart', 'xhr-polling', 'server-events'] as const;
/** Names that every object has. */
const INHERITED = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'prototype'];

/** A clock in the test's hands, and polls that wait. */
function withClock(): { clock: ManualClock; transportOptions: Record<string, object> } {
  return { clock: new ManualClock(), transportOptions: { 'xhr-polling': { closeTimeout: 5000 } } };
}

describe('security: handshake and session', () => {
  it('CVE-2017-16031: session ids have more than 120 random bits', () => {
    const ids = new Set(Array.from({ length: 20_000 }, sessionId));
    expect(ids.size).to.equal(20_000);
    const counts = Array<number>(10).fill(0);
    for (const id of ids) {
      expect(id).to.match(/^\d{38}$/);
      for (const digit of id) counts[Number(digit)] = (counts[Number(digit)] ?? 0) + 1;
    }
    expect(38 * Math.log2(10)).to.be.above(120);
    // 76,000 of each digit are expected, with a standard deviation of 262
    for (const count of counts) expect(count).to.be.within(74_400, 77_600);
  });

  it('CVE-2017-16031: lib does not use Math.random', () => {
    const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' });
    const sources = files.filter((name) => name.endsWith('.ts'));
    expect(sources.length).to.be.above(20);
    for (const name of sources) {
      const code = readFileSync(join(LIB, name), 'utf8').replaceAll(/`Math\.random\(\)`/g, '');
      expect(code, name).not.to.include('Math.random');
    }
  });

  it('CVE-2017-16031: answers unknown, closed and guessed ids and those of other transports with the same 404', async () => {
    const { port, io } = await serve();
    const id = await openPolling(port);
    const closed = await openPolling(port);
    io.clients[closed]?._onDisconnect();
    const guessed = id.slice(0, -1) + ((Number(id.at(-1)) + 1) % 10);
    const unknown = await request(port, '/socket.io/xhr-polling/1/2');
    expect(unknown.status).to.equal(404);
    const others = [
      `/socket.io/xhr-polling/${closed}/2`,
      `/socket.io/xhr-polling/${guessed}/2`,
      `/socket.io/xhr-polling/${id}%20/2`,
      ...['htmlfile', 'xhr-multipart', 'server-events', 'websocket'].map(
        (transport) => `/socket.io/${transport}/${id}`,
      ),
      `/socket.io/jsonp-polling/${id}/2/0`,
    ];
    for (const path of others) {
      for (const method of ['GET', 'POST']) {
        const answer = await request(port, path, method === 'POST' ? { method, body: '' } : {});
        expect(withoutDate(answer), `${method} ${path}`).to.deep.equal(withoutDate(unknown));
      }
    }
    for (const path of ['/socket.io/websocket/1', `/socket.io/websocket/${id}`]) {
      const raw = await sendBytes(port, requestBytes(path, { headers: HANDSHAKE }));
      expect((await raw.readResponse()).body).to.equal(unknown.body);
    }
    expect(io.clients[id]?.connected).to.equal(true);
  });

  it('never logs a complete session id', async () => {
    const lines: string[] = [];
    const { port, io } = await serve({ log: (line: string) => lines.push(line) });
    const id = await openPolling(port);
    await request(port, `/socket.io/htmlfile/${id}`);
    io.clients[id]?._onDisconnect();
    expect(lines.length).to.be.above(3);
    expect(lines.join('\n')).to.include(id.slice(0, 6)).and.not.include(id.slice(0, 7));
  });

  it('treats names of Object.prototype as unknown: session id, transport, query key and id to skip', async () => {
    const served = await serve();
    const { port, io } = served;
    for (const name of INHERITED) {
      for (const transport of TRANSPORTS) {
        expect((await request(port, `/socket.io/${transport}/${name}/1`)).status).to.equal(404);
        expect(
          (
            await request(port, `/socket.io/${transport}/${name}/send`, {
              method: 'POST',
              body: '',
            })
          ).status,
        ).to.equal(404);
      }
      // to the app, like any other path that is not ours
      expect((await request(port, `/socket.io/${name}/1`)).body).to.equal('app');
      expect((await request(port, `/socket.io/${name}`)).body).to.equal('app');
      const query = `/socket.io/xhr-polling//1?${name}=polluted&${name}[polluted]=1`;
      expect((await request(port, query)).status).to.equal(200);
      const headers = { ...HANDSHAKE, 'Last-Event-ID': name };
      const upgrade = requestBytes(`/socket.io/websocket/${name}`, { headers });
      expect(await statusOf(port, upgrade)).to.equal(404);
      io.broadcast('hi', name);
    }
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
    expect(Object.getPrototypeOf(io.clients)).to.equal(Object.prototype);
    await expectAlive(served);
  });

  it('TRANSPORT_MISMATCH: refuses a session through another transport, which does not extend it', async () => {
    const options = withClock();
    const { port, io } = await serve(options);
    const id = await openPolling(port);
    await until(() => io.clients[id]?._open === false, 'the session to be away');
    options.clock.tick(4900);
    for (const transport of ['htmlfile', 'xhr-multipart', 'server-events']) {
      expect((await request(port, `/socket.io/${transport}/${id}`)).status).to.equal(404);
    }
    expect((await request(port, `/socket.io/jsonp-polling/${id}/1/0`)).status).to.equal(404);
    const upgrade = requestBytes(`/socket.io/websocket/${id}`, { headers: HANDSHAKE });
    expect(await statusOf(port, upgrade)).to.equal(404);
    expect(io.clients[id]?.connected).to.equal(true);
    options.clock.tick(200);
    expect(io.clients).to.deep.equal({});
  });

  it('PROTOCOL_MISMATCH: a POST, a preflight and a refused method do not extend a session', async () => {
    const options = withClock();
    const { port, io } = await serve(options);
    const id = await openPolling(port);
    await until(() => io.clients[id]?._open === false, 'the session to be away');
    options.clock.tick(4900);
    const path = `/socket.io/xhr-polling/${id}/send`;
    await request(port, path, { method: 'POST', body: 'data=' });
    await request(port, path, {
      method: 'OPTIONS',
      headers: { 'Access-Control-Request-Method': 'POST' },
    });
    expect((await request(port, path, { method: 'PUT', body: '' })).status).to.equal(405);
    options.clock.tick(200);
    expect(io.clients).to.deep.equal({});
  });

  it('session flood: maxSessions counts sessions and pending handshakes: below, at and above', async () => {
    const served = await serve({ maxSessions: 3 });
    const { port, io } = served;
    await openPolling(port);
    const half = await sendBytes(port, requestBytes('/socket.io/websocket', { headers: HIXIE_76 }));
    await half.readHead();
    const last = await openPolling(port);
    for (const transport of TRANSPORTS) {
      expect((await request(port, `/socket.io/${transport}//1`)).status).to.equal(503);
    }
    const upgrade = requestBytes('/socket.io/websocket', { headers: HANDSHAKE });
    expect(await statusOf(port, upgrade)).to.equal(503);
    // existing sessions continue
    const body = 'data=~m~2~m~hi';
    const post = await request(port, `/socket.io/xhr-polling/${last}/send`, {
      method: 'POST',
      body,
    });
    expect(post.status).to.equal(200);
    half.reset();
    await until(() => io._limiter.handshakes === 0, 'the handshake to be forgotten');
    await openPolling(port);
    expect((await request(port, '/socket.io/xhr-polling//1')).status).to.equal(503);
  });

  it('session flood: ends sessions whose clients do not return', async () => {
    const options = withClock();
    const served = await serve(options);
    for (let i = 0; i < 50; i++) await openPolling(served.port);
    expect(Object.keys(served.io.clients)).to.have.length(50);
    await flushEventLoop();
    options.clock.tick(5020);
    await expectNothingLeft(served);
  });

  it('CVE-2020-7693: answers or closes unexpected upgrades, and survives them', async () => {
    const served = await serve({ transportOptions: { 'xhr-polling': { duration: 5 } } });
    const { port } = served;
    const id = await openPolling(port);
    const upgrades: Record<string, string>[] = [
      { Connection: 'Upgrade', Upgrade: 'websocket' },
      { Connection: 'Upgrade', Upgrade: 'WebSocket', 'Sec-WebSocket-Version': '13' },
      { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABkAAQAAP' },
      { Connection: 'Upgrade', Upgrade: 'h2c' },
      { Connection: 'Upgrade', Upgrade: 'TLS/1.0' },
      { Connection: 'Upgrade', Upgrade: '' },
      { Connection: 'Upgrade', Upgrade: 'websocket, h2c' },
      { ...HANDSHAKE, 'Sec-WebSocket-Key': '' },
      { ...HANDSHAKE, 'Sec-WebSocket-Key': 'short' },
      { ...HANDSHAKE, 'Sec-WebSocket-Version': '99' },
      { ...HANDSHAKE, 'Sec-WebSocket-Version': '-1' },
      { ...HANDSHAKE, 'Sec-WebSocket-Protocol': ',,' },
    ];
    const paths = ['xhr-polling//1', `xhr-polling/${id}/1`, 'htmlfile', 'jsonp-polling//1/0'];
    for (const headers of upgrades) {
      for (const path of [...paths, 'socket.io.js', '', 'nothing', 'websocket', 'websocket/1']) {
        for (const method of ['GET', 'POST', 'OPTIONS']) {
          const bytes = requestBytes(`/socket.io/${path}`, { method, headers });
          const status = await statusOf(port, bytes);
          const takesIt = status === 200 || status === 426;
          if (/websocket/i.test(headers['Upgrade'] ?? ''))
            expect(status, path).to.be.oneOf([0, 400, 404, 405]);
          // other offers are ignored
          else expect(takesIt || status === 0 || status >= 400, path).to.equal(true);
        }
      }
    }
    for (const method of ['POST', 'PUT', 'HEAD']) {
      for (const headers of [HANDSHAKE, HIXIE_75, HIXIE_76]) {
        const bytes = requestBytes('/socket.io/websocket', { method, headers });
        expect(await statusOf(port, bytes)).to.be.oneOf([400, 405]);
      }
    }
    await expectAlive(served);
  });

  it('CVE-2020-7693: answers a plain request for a WebSocket with 426, and keeps the session', async () => {
    const { port, io } = await serve();
    const raw = await sendBytes(port, requestBytes('/socket.io/websocket', { headers: HANDSHAKE }));
    await raw.readHead();
    await until(() => Object.keys(io.clients).length === 1, 'the session');
    const [id] = Object.keys(io.clients);
    for (const path of ['/socket.io/websocket', `/socket.io/websocket/${id}`]) {
      expect((await request(port, path)).status).to.equal(426);
    }
    expect(io.clients[id ?? '']?._open).to.equal(true);
  });

  it('leaves nothing behind after an upgrade during a poll of the same connection', async () => {
    const options = { transportOptions: { 'xhr-polling': { duration: 60, closeTimeout: 20 } } };
    const served = await serve(options);
    const { port } = served;
    const id = await openPolling(port);
    const raw = await RawSocket.connect(port);
    raw.write(requestBytes(`/socket.io/xhr-polling/${id}/1`));
    raw.write(requestBytes('/socket.io/websocket', { headers: HANDSHAKE }));
    raw.write(requestBytes('/socket.io/htmlfile'));
    await flushEventLoop();
    raw.reset();
    await expectNothingLeft(served);
    await expectAlive(served);
  });

  for (const { name, create } of VARIANTS) {
    it(`refuses ${name} with the id of a session that has ended`, async () => {
      const { port, io } = await serve();
      const driver = await create(port).open();
      io.clients[driver.sessionId]?.disconnect();
      expect((await create(port).refusal(driver.sessionId)).status).to.equal(404);
      expect(io.clients).to.deep.equal({});
    });
  }
});
