import { expect } from 'chai';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect as connectTls } from 'node:tls';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listen } from '../../lib/index.js';
import { afterThisTest } from '../support/cleanup.js';
import { framed } from '../support/payload.js';
import { listenOnLoopback, QUIET, serve } from '../support/server.js';
import { form, RawSocket, request, requestBytes } from '../support/raw.js';
import { openPolling } from '../support/requests.js';
import { readToEnd } from '../support/tcp.js';

const H2C = {
  Connection: 'Upgrade, HTTP2-Settings',
  Upgrade: 'h2c',
  'HTTP2-Settings': 'AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
};
const FIXTURES = join(__dirname, '../../../test/fixtures');

/** Answers with the method, the URL, the body and the names of the headers. */
const mirror: RequestListener = (incoming: IncomingMessage, response) => {
  let body = '';
  incoming.setEncoding('utf8');
  incoming.on('data', (chunk: string) => (body += chunk));
  incoming.on('end', () => {
    const { method, url, headers } = incoming;
    response.end(JSON.stringify([method, url, body, Object.keys(headers)]));
  });
};

describe('a request that offers an upgrade which nothing handles', () => {
  it('reaches the application as the plain request that it is, with its body', async () => {
    const { port } = await serve({}, mirror);
    const raw = await RawSocket.connect(port);
    raw.write(requestBytes('/page?x', { method: 'POST', headers: H2C, body: 'hello' }));
    const names = ['host', 'content-length'];
    const { body, headers } = await raw.readResponse();
    expect(JSON.parse(body)).to.deep.equal(['POST', '/page?x', 'hello', names]);
    // The connection stays open up to Node 24. From 26 on, the body is not in the socket.
    if (headers['connection'] === 'close') return;
    raw.write(requestBytes('/next'));
    expect((await raw.readResponse()).body).to.include('/next');
    raw.destroy();
  });

  it('reaches the application any number of times on one connection', async () => {
    const { port } = await serve({}, mirror);
    const warnings: Error[] = [];
    const onWarning = (warning: Error): number => warnings.push(warning);
    process.on('warning', onWarning);
    afterThisTest(() => process.off('warning', onWarning));
    const raw = await RawSocket.connect(port);
    for (let i = 0; i < 15; i++) {
      raw.write(requestBytes(`/${i}`, { headers: H2C }));
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      expect((await raw.readResponse()).body).to.include(`/${i}`);
    }
    raw.destroy();
    expect(warnings).to.deep.equal([]);
  });

  it('opens a session, and posts to it', async () => {
    const { port, client } = await serve();
    const { status, body } = await request(port, '/socket.io/xhr-polling//1', { headers: H2C });
    expect(status).to.equal(200);
    const id = body.replace(/^~m~\d+~m~/, '');
    const message = new Promise(
      (resolve) => void client(id).then((it) => it.once('message', resolve)),
    );
    const sent = await request(port, `/socket.io/xhr-polling/${id}/send`, {
      method: 'POST',
      headers: { ...H2C, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: form(framed('hello')),
    });
    expect(sent.body).to.equal('ok');
    expect(await message).to.equal('hello');
  });

  it('begins a session of 0.9', async () => {
    const { port } = await serve();
    const { status, body } = await request(port, '/socket.io/1/', { headers: H2C });
    expect(status, body).to.equal(200);
    expect(body).to.match(/^\d+:60:60:websocket,/);
  });

  it('receives the supported generations as the plain request does', async () => {
    const { port } = await serve({ protocols: ['0.6'] });
    const plain = await request(port, '/socket.io/1/');
    const { status, body } = await request(port, '/socket.io/1/', { headers: H2C });
    expect([status, body]).to.deep.equal([400, plain.body]);
  });

  it('is served over TLS too', async () => {
    const [key, cert] = ['key', 'crt'].map((kind) =>
      readFileSync(join(FIXTURES, `localhost.${kind}`)),
    );
    const server = createSecureServer({ key, cert }, mirror);
    listen(server, QUIET);
    const port = await listenOnLoopback(server);
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
    afterThisTest(() => socket.destroy());
    socket.write(
      requestBytes('/page', { headers: { ...H2C, Connection: 'Upgrade, HTTP2-Settings, close' } }),
    );
    expect(await readToEnd(socket)).to.match(/^HTTP\/1\.1 200 OK\r\n[^]*"\/page"/);
  });

  it('is answered if the application does not handle plain requests either', async () => {
    const server = createServer();
    listen(server, QUIET);
    const port = await listenOnLoopback(server);
    const { status, body } = await request(port, '/page', { headers: H2C });
    expect([status, body]).to.deep.equal([404, 'No handler for upgrades at this path']);
  });

  it('is served after 3 seconds if another upgrade listener does not handle it', async () => {
    const { server, port } = await serve({}, mirror);
    server.on('upgrade', () => undefined);
    const { body } = await request(port, '/page', { headers: H2C });
    expect(body).to.include('/page');
  });

  it('is refused after 3 seconds if it is a WebSocket handshake that no listener handles', async () => {
    const { server, port } = await serve({}, mirror);
    server.on('upgrade', () => undefined);
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket' };
    expect((await request(port, '/page', { headers })).status).to.equal(404);
  });

  for (const [upgrade, origin, status] of [
    ['TLS/1.2', undefined, 200],
    ['h2c', 'http://a.test', 200],
    ['IRC', undefined, 200],
    ['IRC', 'http://a.test', 404],
    ['foo, WebSocket', undefined, 404],
  ] as const) {
    it(`is answered ${status} for ${upgrade} ${origin ? 'with' : 'without'} an origin`, async () => {
      const { port } = await serve({}, mirror);
      const headers = {
        Connection: 'Upgrade',
        Upgrade: upgrade,
        ...(origin && { Origin: origin }),
      };
      expect((await request(port, '/page', { headers })).status).to.equal(status);
    });
  }

  it('is closed after 3 seconds if it offers another protocol and has no response', async () => {
    const { port } = await serve({}, () => undefined);
    const raw = await RawSocket.connect(port);
    raw.write(requestBytes('/', { headers: { Connection: 'Upgrade', Upgrade: 'IRC' } }));
    await raw.ended();
  });

  it('may be reset at any moment', async () => {
    const { server, port } = await serve({}, () => undefined);
    server.on('upgrade', () => undefined);
    for (const path of ['/page', '/socket.io/xhr-polling', '/socket.io/nothing']) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      const raw = await RawSocket.connect(port);
      raw.write(requestBytes(path, { headers: H2C }));
      raw.reset();
    }
    await openPolling(port);
  });

  it('is dropped if a response to an earlier request is still open', async () => {
    const { server, port } = await serve();
    const id = await openPolling(port);
    const raw = await RawSocket.connect(port);
    raw.write(requestBytes(`/socket.io/xhr-polling/${id}/2`));
    raw.write(requestBytes('/page', { headers: H2C }));
    await raw.ended();
    expect(server.listening).to.equal(true);
  });
});

describe('a request with Expect: 100-continue', () => {
  const EXPECT = { Expect: '100-continue', 'Content-Type': 'application/x-www-form-urlencoded' };

  for (const isListening of [false, true]) {
    it(`reaches its session ${isListening ? 'although' : 'unless'} the application listens for checkContinue`, async () => {
      const { server, port, client } = await serve({}, mirror);
      const seen: unknown[] = [];
      if (isListening) {
        server.on(
          'checkContinue',
          (incoming: IncomingMessage, response: { writeContinue(): void }) => {
            seen.push(incoming.url);
            response.writeContinue();
            server.emit('request', incoming, response);
          },
        );
      }
      const id = await openPolling(port);
      const message = new Promise(
        (resolve) => void client(id).then((it) => it.once('message', resolve)),
      );
      const raw = await RawSocket.connect(port);
      const body = form(framed('hello'));
      const path = `/socket.io/xhr-polling/${id}/send`;
      const headers = { ...EXPECT, 'Content-Length': String(body.length) };
      raw.write(requestBytes(path, { method: 'POST', headers }));
      expect((await raw.readHead()).status).to.equal(100);
      raw.write(body);
      expect((await raw.readResponse()).body).to.equal('ok');
      expect(await message).to.equal('hello');
      raw.write(requestBytes('/page', { method: 'POST', headers }));
      expect((await raw.readHead()).status).to.equal(100);
      raw.write(body);
      expect((await raw.readResponse()).body).to.include('/page');
      expect(seen).to.deep.equal(isListening ? ['/page'] : []);
      raw.destroy();
    });
  }

  it('gets no `100 Continue` if it is refused', async () => {
    const { server, port } = await serve();
    server.on('checkContinue', () => undefined);
    const raw = await RawSocket.connect(port);
    const headers = { ...EXPECT, 'Content-Length': '5' };
    raw.write(requestBytes('/socket.io/xhr-polling/42/send', { method: 'POST', headers }));
    expect((await raw.readHead()).status).to.equal(404);
    raw.destroy();
  });
});
