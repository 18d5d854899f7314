import { expect } from 'chai';
import { createServer, type RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { listen } from '../../lib/index.js';
import { ManualClock } from '../support/clock.js';
import { listenOnLoopback, QUIET, serve } from '../support/server.js';
import { until } from '../support/wait.js';
import { expectAlive, expectNothingLeft } from '../support/checks.js';
import { HANDSHAKE, HIXIE_75, HIXIE_76 } from '../support/frames.js';
import { request, requestBytes } from '../support/raw.js';
import { openPolling, sendBytes, statusOf } from '../support/requests.js';

/** An application that has no files of its own. */
const appWithout: RequestListener = (_request, response) => {
  // Not chained: a framework that another test has loaded may have replaced `writeHead`.
  response.writeHead(404);
  response.end();
};

describe('security: headers and files', () => {
  it('slowloris: a stalled POST does not extend its session', async () => {
    const clock = new ManualClock();
    const transportOptions = { 'xhr-polling': { closeTimeout: 5000 } };
    const { port, io } = await serve({ clock, transportOptions });
    const id = await openPolling(port);
    const head = `POST /socket.io/xhr-polling/${id}/send HTTP/1.1\r\nHost: a\r\nContent-Length: 14\r\n`;
    const raw = await sendBytes(port, `${head}\r\ndata=~m~2`);
    await until(() => io.clients[id]?._open === false, 'the session to be away');
    clock.tick(5020);
    expect(io.clients).to.deep.equal({});
    raw.write('~m~hi');
    expect((await raw.readResponse()).status).to.equal(404);
  });

  it('slowloris: the timeouts of the HTTP server end slow headers and bodies', async () => {
    const server = createServer({ connectionsCheckingInterval: 20 });
    server.headersTimeout = 100;
    server.requestTimeout = 200;
    listen(server, QUIET);
    const port = await listenOnLoopback(server);
    const id = await openPolling(port);
    const heads = [
      'GET /socket.io/xhr-polling//1 HTTP/1.1\r\nHost: a\r\nX: ',
      `POST /socket.io/xhr-polling/${id}/send HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\ndata=`,
    ];
    for (const head of heads) {
      const raw = await sendBytes(port, head);
      expect((await raw.readHead()).status).to.equal(408);
      await until(() => raw.socket.readableEnded, 'the connection to close');
    }
  });

  it('slowloris: closes a poll whose response is not read', async () => {
    const transportOptions = { 'xhr-polling': { duration: 500, closeTimeout: 50 } };
    const served = await serve({ transportOptions });
    const { port, io, server } = served;
    const id = await openPolling(port);
    const sockets: Socket[] = [];
    server.on('connection', (accepted: Socket) => sockets.push(accepted));
    const socket = connect({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    socket.pause();
    socket.write(requestBytes(`/socket.io/xhr-polling/${id}/1`));
    await until(() => io.clients[id]?._open === true, 'the poll');
    io.clients[id]?.send('x'.repeat(12_000_000));
    const [held] = sockets;
    expect(held?.writableLength).to.be.above(0);
    await until(() => held?.destroyed === true, 'the connection to be cut');
    await expectNothingLeft(served);
    socket.destroy();
  });

  it('CVE-2024-37890: throws nothing for more headers than maxHeadersCount, with an upgrade or without', async () => {
    const served = await serve();
    served.server.maxHeadersCount = 4;
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`X-${i}`, '1']));
    for (const headers of [HANDSHAKE, HIXIE_75, HIXIE_76]) {
      for (const all of [
        { ...many, ...headers },
        { ...headers, ...many },
      ]) {
        const bytes = requestBytes('/socket.io/websocket', { headers: all });
        expect(await statusOf(served.port, bytes)).to.be.oneOf([0, 101, 400, 426, 431]);
      }
    }
    const bytes = requestBytes('/socket.io/xhr-polling//1', { headers: many });
    // Node 20 drops those beyond the limit, later ones refuse the request
    expect(await statusOf(served.port, bytes)).to.be.oneOf([200, 431]);
    await expectAlive(served);
  });

  it('header injection, undici CVE-2026-1527: never writes a control character of a header back', async () => {
    const server = createServer({ insecureHTTPParser: true });
    listen(server, QUIET);
    const port = await listenOnLoopback(server);
    const evil = ['a\x01b', 'a\x00b', 'a\x0bb', 'a\x1bb', 'http://a\x02'];
    for (const value of evil) {
      const names = [
        'Origin',
        'Host',
        'Cookie',
        'Access-Control-Request-Headers',
        'Sec-WebSocket-Protocol',
      ];
      for (const name of names) {
        const method = { 'Access-Control-Request-Method': 'POST' };
        const plain = { ...method, [name]: value };
        for (const verb of ['GET', 'OPTIONS', 'POST']) {
          for (const path of ['xhr-polling//1', 'xhr-multipart', 'server-events', 'htmlfile']) {
            const raw = await sendBytes(
              port,
              requestBytes(`/socket.io/${path}`, { method: verb, headers: plain }),
            );
            const head = await raw.readHead();
            raw.destroy();
            expect(head.lines.join('\n')).not.to.match(/[^\t\n\x20-\x7e\x80-\xff]/);
          }
        }
        for (const handshake of [HANDSHAKE, HIXIE_75, HIXIE_76]) {
          const headers = { ...handshake, [name]: value };
          const raw = await sendBytes(port, requestBytes('/socket.io/websocket', { headers }));
          const head = await raw.readHead().catch(() => null);
          raw.destroy();
          expect(head?.lines.join('\n') ?? '').not.to.match(/[^\t\n\x20-\x7e\x80-\xff]/);
        }
      }
    }
    expect((await request(port, '/socket.io/xhr-polling//1')).status).to.equal(200);
  });

  it('header injection: a line break ends a header, in draft 76 as well', async () => {
    const { port } = await serve();
    const raw = await sendBytes(
      port,
      'GET /socket.io/websocket HTTP/1.1\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n' +
        'Host: a\r\nOrigin: http://a\nX-Injected: 1\r\n\r\n',
    );
    const head = await raw.readHead().catch(() => null);
    expect(head?.headers ?? {}).not.to.have.property('x-injected');
    // bytes that Node reads as Latin-1 are sent back unchanged
    const headers = { ...HIXIE_75, Origin: Buffer.from('http://ü').toString('latin1') };
    const answer = await sendBytes(
      port,
      Buffer.from(requestBytes('/socket.io/websocket', { headers }).toString(), 'latin1'),
    );
    expect((await answer.readHead()).headers['websocket-origin']).to.equal(headers.Origin);
  });

  it('static client: serves no file for names outside the list, traversal and encodings', async () => {
    const { port } = await serve({}, appWithout);
    const paths = [
      '../package.json',
      '..%2fpackage.json',
      '%2e%2e/package.json',
      '....//package.json',
      'lib/vendor/web-socket-js/../../../package.json',
      'lib/vendor/web-socket-js/..%5c..%5cpackage.json',
      'socket.io.js/',
      'socket.io.js%00.txt',
      'socket.io.js.map',
      'Socket.io.js',
      'WebSocketMain.swf/..',
      '/socket.io.js',
    ];
    for (const path of paths) {
      const status = await statusOf(port, requestBytes(`/socket.io/${path}`));
      expect(status, path).to.be.oneOf([400, 404]);
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      expect(await statusOf(port, requestBytes('/socket.io/socket.io.js', { method }))).to.equal(
        404,
      );
    }
  });

  it('static client: answers any If-None-Match, with an exact type', async () => {
    const { port } = await serve();
    const path = '/socket.io/WebSocketMain.swf';
    const fresh = await request(port, path);
    expect(fresh.status).to.equal(200);
    expect(fresh.headers['content-type']).to.equal('application/x-shockwave-flash');
    expect(fresh.headers['x-content-type-options']).to.equal('nosniff');
    const tag = fresh.headers['etag'] ?? '';
    const tags: readonly (readonly [string, number])[] = [
      [tag, 304],
      [`W/${tag}`, 304],
      [`"x", ${tag}`, 304],
      ['*', 304],
      ['"x"', 200],
      [',,,;;;', 200],
      ['"' + 'x'.repeat(8000), 200],
    ];
    for (const [value, status] of tags) {
      const answer = await request(port, `${path}?v=1`, { headers: { 'If-None-Match': value } });
      expect(answer.status, value).to.equal(status);
    }
  });
});
