import { expect } from 'chai';
import { ManualClock } from '../support/clock.js';
import { serve } from '../support/server.js';
import { until } from '../support/wait.js';
import { HANDSHAKE, HIXIE_75, HIXIE_76, KEY3 } from '../support/frames.js';
import { FOREIGN_PAGES, PAGE } from '../support/origins.js';
import { request, requestBytes } from '../support/raw.js';
import { openPolling, sendBytes, statusOf } from '../support/requests.js';

/** A clock in the test's hands, and polls that wait. */
function withClock(): { clock: ManualClock; transportOptions: Record<string, object> } {
  return { clock: new ManualClock(), transportOptions: { 'xhr-polling': { closeTimeout: 5000 } } };
}

describe('security: origins', () => {
  it('refuses a session to another origin, unless all are allowed', async () => {
    const origins = ['example.com:*', 'other.com:*'];
    const options = { ...withClock(), origins };
    const { port, io } = await serve(options);
    const id = await openPolling(port, { Origin: PAGE });
    await until(() => io.clients[id]?._open === false, 'the session to be away');
    options.clock.tick(4900);
    const headers = { Origin: 'http://other.com' };
    const path = `/socket.io/xhr-polling/${id}`;
    expect((await request(port, `${path}/2`, { headers })).status).to.equal(404);
    const post = { method: 'POST', headers, body: 'data=~m~2~m~hi' };
    expect((await request(port, `${path}/send`, post)).status).to.equal(404);
    // by Last-Event-ID a session of its own is all there is
    const resume = { headers: { ...headers, 'Last-Event-ID': id } };
    expect((await request(port, '/socket.io/xhr-polling//3', resume)).body).not.to.include(id);
    options.clock.tick(200);
    expect(io.clients).not.to.have.property(id);
    const next = await openPolling(port);
    io.clients[next]?.send('hello');
    // it belongs to the first one that names itself
    const own = await request(port, `/socket.io/xhr-polling/${next}/2`, { headers });
    expect(own.body).to.equal('~m~5~m~hello');
    const late = { headers: { Origin: PAGE } };
    expect((await request(port, `/socket.io/xhr-polling/${next}/3`, late)).status).to.equal(404);
  });

  it('CVE-2020-28481, CVE-2019-13611: refuses WebSockets of pages that are not allowed', async () => {
    const { port, io } = await serve({ origins: 'example.com:*' });
    for (const transport of ['websocket', 'flashsocket']) {
      for (const handshake of [HANDSHAKE, HIXIE_75, HIXIE_76]) {
        for (const origin of [...FOREIGN_PAGES, undefined]) {
          const headers = { ...handshake, ...(origin === undefined ? {} : { Origin: origin }) };
          const bytes = Buffer.concat([
            requestBytes(`/socket.io/${transport}`, { headers }),
            'Sec-WebSocket-Key1' in headers ? KEY3 : Buffer.alloc(0),
          ]);
          expect(await statusOf(port, bytes), origin).to.equal(403);
        }
      }
    }
    expect(io.clients).to.deep.equal({});
    for (const origin of ['http://example.com', 'HTTPS://EXAMPLE.COM', 'http://example.com:8080']) {
      const upgrade = requestBytes('/socket.io/websocket', {
        headers: { ...HANDSHAKE, Origin: origin },
      });
      expect(await statusOf(port, upgrade), origin).to.equal(101);
    }
  });

  it('CVE-2020-28481: compares the port of the page, 80 and 443 included', async () => {
    const { port } = await serve({ origins: ['example.com:8080', 'default.com:80', '*:9000'] });
    const expected: readonly (readonly [string, number])[] = [
      ['http://example.com:8080', 101],
      ['http://example.com', 403],
      ['http://example.com:80800', 403],
      ['http://default.com', 101],
      ['https://default.com', 403],
      ['http://anything.org:9000', 101],
    ];
    for (const [origin, status] of expected) {
      const upgrade = requestBytes('/socket.io/websocket', {
        headers: { ...HANDSHAKE, Origin: origin },
      });
      expect(await statusOf(port, upgrade), origin).to.equal(status);
    }
  });

  it('CVE-2020-28481: hides every response of an HTTP transport from pages that are not allowed', async () => {
    const { port, io } = await serve({ origins: 'example.com:*' });
    for (const origin of FOREIGN_PAGES) {
      const headers = { Origin: origin, Cookie: 'a=1' };
      for (const transport of ['xhr-polling', 'xhr-multipart']) {
        const raw = await sendBytes(port, requestBytes(`/socket.io/${transport}//1`, { headers }));
        const head = await raw.readHead();
        expect(
          Object.keys(head.headers).filter((name) => name.startsWith('access-')),
        ).to.deep.equal([]);
        raw.destroy();
      }
      const script = await request(port, '/socket.io/jsonp-polling//1/0', { headers });
      expect(script.body).to.match(/^alert\('[\w ]+'\);$/);
      for (const transport of ['htmlfile', 'server-events']) {
        const { status } = await request(port, `/socket.io/${transport}//1`, { headers });
        expect(status, transport).to.equal(403);
      }
    }
    for (const client of Object.values(io.clients)) {
      expect(client.transport).to.be.oneOf(['xhr-polling', 'xhr-multipart', 'jsonp-polling']);
    }
  });

  it('CVE-2020-28481: refuses scripts, frames and forms of other sites, without Origin, by Referer and Sec-Fetch-Site', async () => {
    const { port, io } = await serve({ origins: 'example.com:*' });
    const foreign: Record<string, string>[] = [
      { Referer: 'http://evil.com/page' },
      { Referer: 'http://localhost.evil.com/' },
      { Referer: 'nonsense' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      // any name can be given to our address: the Host header is not evidence (DNS rebinding)
      { Referer: 'http://localhost/page' },
      { 'Sec-Fetch-Site': 'same-origin' },
    ];
    const own: Record<string, string>[] = [
      { Referer: 'http://example.com/page' },
      { 'Sec-Fetch-Site': 'same-origin', Host: 'example.com:8080' },
      { 'Sec-Fetch-Site': 'none' },
    ];
    const id = await openPolling(port);
    const heard: unknown[] = [];
    io.clients[id]?.on('message', (message: unknown) => heard.push(message));
    for (const [list, isAllowed] of [
      [foreign, false],
      [own, true],
    ] as const) {
      for (const headers of list) {
        const script = await request(port, '/socket.io/jsonp-polling//1/0', { headers });
        expect(script.body.startsWith('io.JSONP[0]._('), JSON.stringify(headers)).to.equal(
          isAllowed,
        );
        const post = await request(port, `/socket.io/xhr-polling/${id}/send`, {
          method: 'POST',
          headers,
          body: 'data=~m~2~m~hi',
        });
        expect(post.status).to.equal(isAllowed ? 200 : 401);
        const stream = await sendBytes(port, requestBytes('/socket.io/htmlfile//1', { headers }));
        expect((await stream.readHead()).status).to.equal(isAllowed ? 200 : 403);
        stream.destroy();
      }
    }
    expect(heard).to.have.length(own.length);
  });

  it('CVE-2020-28481: never sends * with credentials, and grants none to Origin: null', async () => {
    for (const origins of ['*:*', 'example.com:*', ['example.com:*', '*:*']]) {
      const { port } = await serve({ origins });
      for (const origin of [PAGE, 'null', 'http://evil.com']) {
        const headers = { Origin: origin, Cookie: 'a=1', 'Access-Control-Request-Method': 'POST' };
        for (const transport of ['xhr-polling', 'xhr-multipart', 'server-events', 'htmlfile']) {
          for (const method of ['GET', 'OPTIONS']) {
            const raw = await sendBytes(
              port,
              requestBytes(`/socket.io/${transport}//1`, { method, headers }),
            );
            const answer = (await raw.readHead()).headers;
            raw.destroy();
            const allowed = answer['access-control-allow-origin'];
            expect(allowed).to.be.oneOf([undefined, '*', origin]);
            if (allowed === '*' || origin === 'null') {
              expect(answer).not.to.have.property('access-control-allow-credentials');
            }
            if (allowed === origin) expect(answer['vary']).to.equal('Origin');
          }
        }
      }
    }
  });
});
