import { expect } from 'chai';
import {
  HttpDriver,
  ServerEventsDriver,
  VARIANTS,
  XhrMultipartDriver,
  XhrPollingDriver,
} from '../../support/drivers/index.js';
import { framed } from '../../support/payload.js';
import { serve } from '../../support/server.js';
import { sendBytes } from '../../support/requests.js';
import { flushEventLoop, until } from '../../support/wait.js';
import { form, RawSocket, request, requestBytes } from '../../support/raw.js';

const HTTP = VARIANTS.filter(({ create }) => create(0) instanceof HttpDriver);

/** A session over `xhr-polling`, its messages, and its refusals. */
async function talk(): Promise<{
  port: number;
  path: string;
  driver: XhrPollingDriver;
  messages: unknown[];
  codes: string[];
}> {
  const { io, port } = await serve();
  const messages: unknown[] = [];
  const codes: string[] = [];
  io.on('clientMessage', (message) => messages.push(message));
  io.on('refused', ({ code }) => codes.push(code));
  const driver = await new XhrPollingDriver(port).open();
  const path = `/socket.io/xhr-polling/${driver.sessionId}/send`;
  return { port, path, driver, messages, codes };
}

for (const { name, create } of HTTP) {
  describe(`${name}, over HTTP`, () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      it(`answers ${method} with 405, and keeps the session`, async () => {
        const { io, port, client: find } = await serve();
        const codes: string[] = [];
        io.on('refused', ({ code }) => codes.push(code));
        const driver = (await create(port).open()) as HttpDriver;
        const client = await find(driver.sessionId);
        const path = `/socket.io/${driver.transport}/${driver.sessionId}/1/1`;
        const { status, headers } = await request(port, path, { method });
        expect(status).to.equal(405);
        expect(headers['allow']).to.equal('GET, HEAD, POST, OPTIONS');
        expect(codes).to.deep.equal(['ERR_SIO_BAD_METHOD']);
        client.send('still here');
        expect(await driver.next()).to.equal('still here');
      });
    }

    it('answers HEAD with the headers of a GET, and opens no session', async () => {
      let calls = 0;
      const { io, port } = await serve({ authorize: () => ++calls > 0 });
      const { transport } = create(0);
      const path = `/socket.io/${transport}//1/1`;
      const head = await request(port, path, { method: 'HEAD' });
      expect([head.status, head.body]).to.deep.equal([200, '']);
      expect(head.headers).to.not.have.property('content-length');
      expect([calls, io.clients]).to.deep.equal([0, {}]);
      const { headers } = await (await sendBytes(port, requestBytes(path))).readHead();
      for (const field of ['content-type', 'cache-control', 'x-content-type-options']) {
        expect(head.headers[field], field).to.equal(headers[field]);
      }
    });

    it('answers HEAD for a session, and leaves its messages to the next GET', async () => {
      const { transport } = create(0);
      const transportOptions = { [transport]: { closeTimeout: 60_000 } };
      const { port, client: find } = await serve({ transportOptions });
      const driver = (await create(port).open()) as HttpDriver;
      const client = await find(driver.sessionId);
      await until(() => client._open, 'the client to be there');
      driver.drop();
      await until(() => !client._open, 'the client to be away');
      const { connections, request: latest } = client;
      client.send('for a GET');
      const path = `/socket.io/${driver.transport}/${driver.sessionId}/1/1`;
      const { status } = await request(port, path, { method: 'HEAD' });
      expect([status, client.connections]).to.deep.equal([200, connections]);
      expect(client.request).to.equal(latest);
      await driver.resume();
      expect(await driver.next()).to.equal('for a GET');
      const unknown = `/socket.io/${driver.transport}/1234/1/1`;
      expect((await request(port, unknown, { method: 'HEAD' })).status).to.equal(404);
    });

    it('answers HEAD of a page that `origins` does not allow as its GET', async () => {
      const { io, port } = await serve({ origins: 'a.com:*' });
      const { transport } = create(0);
      const path = `/socket.io/${transport}//1/1`;
      const headers = { Referer: 'http://b.com/' };
      const head = await request(port, path, { method: 'HEAD', headers });
      const get = (await sendBytes(port, requestBytes(path, { headers }))).readHead();
      expect(head.status).to.equal((await get).status);
      expect(head.headers).to.not.have.property('access-control-allow-origin');
      expect(Object.keys(io.clients)).to.have.length(head.status === 200 ? 1 : 0);
    });

    it('refuses a POST without a session', async () => {
      const { io, port } = await serve();
      const codes: string[] = [];
      io.on('refused', ({ code }) => codes.push(code));
      io.on('clientMessage', () => codes.push('a message'));
      const { transport } = create(0);
      const { status } = await request(port, `/socket.io/${transport}//1/1`, {
        method: 'POST',
        body: form(framed('x')),
      });
      expect(status).to.equal(400);
      expect(codes).to.deep.equal(['ERR_SIO_BAD_REQUEST']);
      expect(io.clients).to.deep.equal({});
    });

    it('answers a preflight, with a session or without', async () => {
      const { io, port } = await serve();
      const codes: string[] = [];
      io.on('refused', ({ code }) => codes.push(code));
      const { transport } = create(0);
      for (const sid of ['', '1234']) {
        const { status, body, headers } = await request(
          port,
          `/socket.io/${transport}/${sid}/1/1`,
          {
            method: 'OPTIONS',
            headers: {
              Origin: 'http://a.com',
              'Access-Control-Request-Method': 'POST',
              'Access-Control-Request-Headers': 'x-one, x-two',
            },
          },
        );
        expect([status, body]).to.deep.equal([200, 'ok']);
        expect(headers).to.include({
          'access-control-allow-origin': 'http://a.com',
          'access-control-allow-methods': 'POST',
          'access-control-allow-headers': 'x-one, x-two',
        });
      }
      expect(codes).to.deep.equal([]);
      expect(io.clients).to.deep.equal({});
    });

    it('refuses messages of pages that `origins` does not allow', async () => {
      const { io, port } = await serve({ origins: 'a.com:*' });
      const events: unknown[] = [];
      io.on('refused', ({ code, status }) => events.push([code, status]));
      io.on('clientMessage', (message) => events.push(message));
      const good = create(port, { headers: { Origin: 'http://a.com' } }) as HttpDriver;
      await good.open();
      const path = `/socket.io/${good.transport}/${good.sessionId}/1/1`;
      const post = { method: 'POST', body: form(framed('x')) };
      const denied = await request(port, path, { ...post, headers: { Origin: 'http://b.com' } });
      expect(denied.headers).to.not.have.property('access-control-allow-origin');
      expect([denied.status, denied.body]).to.deep.equal([401, 'unauthorized']);
      expect(events).to.deep.equal([['ERR_SIO_UNAUTHORIZED_ORIGIN', 401]]);
      const allowed = await good.post(framed('y'));
      expect(allowed.headers['access-control-allow-origin']).to.equal('http://a.com');
      expect(events.at(-1)).to.equal('y');
    });
  });
}

describe('POST', () => {
  const bodies: readonly (readonly [string, string, readonly unknown[]])[] = [
    ['encoded', form(framed('grüße')), ['grüße']],
    ['raw UTF-8', `data=${framed('grüße 😀')}`, ['grüße 😀']],
    ['among other fields', `a=b&${form(framed('x'))}&c=d`, ['x']],
    ['twice', `${form(framed('x'))}&${form(framed('x'))}`, []],
    ['under another name', 'message=x', []],
    ['in an empty body', '', []],
    ['as garbage', '\u0000%%%&&&===', []],
  ];
  for (const [how, body, expected] of bodies) {
    it(`delivers messages ${how}, and answers ok`, async () => {
      const { port, path, messages } = await talk();
      const response = await request(port, path, { method: 'POST', body });
      expect(response.status).to.equal(200);
      expect(response.body).to.equal('ok');
      expect(response.headers['content-type']).to.equal('text/plain');
      expect(messages).to.deep.equal(expected);
    });
  }

  for (const type of ['text/plain', 'application/json', 'multipart/form-data; boundary=x']) {
    it(`reads a body of type ${type} as a form`, async () => {
      const { port, path, messages } = await talk();
      const headers = { 'Content-Type': type };
      await request(port, path, { method: 'POST', headers, body: form(framed('x')) });
      expect(messages).to.deep.equal(['x']);
    });
  }

  it('joins pieces that split characters', async () => {
    const { port, path, messages } = await talk();
    const raw = await RawSocket.connect(port);
    const bytes = requestBytes(path, { method: 'POST', body: `data=${framed('😀'.repeat(20))}` });
    for (let at = 0; at < bytes.length; at += 7) {
      raw.write(bytes.subarray(at, at + 7));
      await flushEventLoop(2);
    }
    expect((await raw.readResponse()).body).to.equal('ok');
    expect(messages).to.deep.equal(['😀'.repeat(20)]);
  });

  it('accepts chunks without a length', async () => {
    const { port, path, messages } = await talk();
    const raw = await RawSocket.connect(port);
    const headers = { 'Transfer-Encoding': 'chunked' };
    raw.write(requestBytes(path, { method: 'POST', headers }));
    raw.write('5\r\ndata=\r\n7\r\n~m~1~m~\r\n1\r\nx\r\n0\r\n\r\n');
    expect((await raw.readResponse()).body).to.equal('ok');
    expect(messages).to.deep.equal(['x']);
  });

  it('answers pipelined requests in order', async () => {
    const { port, path, messages } = await talk();
    const raw = await RawSocket.connect(port);
    const post = (text: string): Buffer =>
      requestBytes(path, { method: 'POST', body: form(framed(text)) });
    raw.write(Buffer.concat([post('a'), post('b'), post('c')]));
    for (let i = 0; i < 3; i++) expect((await raw.readResponse()).body).to.equal('ok');
    expect(messages).to.deep.equal(['a', 'b', 'c']);
  });

  it('delivers nothing of an aborted body', async () => {
    const { port, path, messages, driver } = await talk();
    const raw = await RawSocket.connect(port);
    const headers = { 'Content-Length': '100' };
    raw.write(requestBytes(path, { method: 'POST', headers, body: form(framed('x')) }));
    await flushEventLoop();
    raw.reset();
    await driver.send(framed('y'));
    expect(messages).to.deep.equal(['y']);
  });

  it('answers 404 if the session ends before the body', async () => {
    const { port, path, messages, codes, driver } = await talk();
    const raw = await RawSocket.connect(port);
    const headers = { 'Content-Length': '20' };
    raw.write(requestBytes(path, { method: 'POST', headers, body: 'data=' }));
    await flushEventLoop();
    await driver.close();
    raw.write(framed('xxxxxxx') + 'x');
    expect((await raw.readResponse()).status).to.equal(404);
    expect(messages).to.deep.equal([]);
    expect(codes).to.include('ERR_SIO_UNKNOWN_SESSION');
  });

  it('does not extend a session that does not poll', async () => {
    const {
      io,
      port,
      client: find,
    } = await serve({
      transportOptions: { 'xhr-polling': { closeTimeout: 30 } },
    });
    const reasons: string[] = [];
    io.on('clientDisconnect', (_client, reason) => reasons.push(reason));
    const driver = await new XhrPollingDriver(port).open();
    const client = await find(driver.sessionId);
    driver.drop();
    for (; client.connected; await flushEventLoop(1)) await driver.post(framed('x'));
    expect(reasons).to.deep.equal(['transport close']);
  });
});

describe('CORS', () => {
  const origin = 'http://a.com';

  it('names the origin of a poll, with credentials for a cookie', async () => {
    const { port } = await serve();
    const path = '/socket.io/xhr-polling/';
    const plain = await request(port, path, { headers: { Origin: origin } });
    expect(plain.headers['access-control-allow-origin']).to.equal(origin);
    expect(plain.headers).to.not.have.property('access-control-allow-credentials');
    const cookie = await request(port, path, { headers: { Origin: origin, Cookie: 'a=b' } });
    expect(cookie.headers['access-control-allow-credentials']).to.equal('true');
    const none = await request(port, path);
    expect(none.headers).to.not.have.property('access-control-allow-origin');
    const anybody = await request(port, path, { headers: { Origin: 'null', Cookie: 'a=b' } });
    expect(anybody.headers['access-control-allow-origin']).to.equal('*');
    expect(anybody.headers).to.not.have.property('access-control-allow-credentials');
  });

  for (const Type of [XhrMultipartDriver, ServerEventsDriver]) {
    it(`names the origin of a stream of ${new Type(0).transport}`, async () => {
      const { port } = await serve();
      const raw = await RawSocket.connect(port);
      raw.write(
        requestBytes(`/socket.io/${new Type(0).transport}/`, { headers: { Origin: origin } }),
      );
      const { headers } = await raw.readHead();
      expect(headers['access-control-allow-origin']).to.equal(origin);
      const isMultipart = Type === XhrMultipartDriver;
      expect(headers['access-control-allow-credentials']).to.equal(
        isMultipart ? 'true' : undefined,
      );
    });
  }

  it('adds no CORS headers for origins that are not allowed', async () => {
    const { port } = await serve({ origins: 'a.com:*' });
    for (const path of ['/socket.io/xhr-polling/', '/socket.io/xhr-polling/1']) {
      for (const method of ['GET', 'POST', 'OPTIONS']) {
        const headers = { Origin: 'http://b.com', 'Access-Control-Request-Method': 'POST' };
        const response = await request(port, path, { method, headers });
        const names = Object.keys(response.headers).filter((name) => name.startsWith('access-'));
        expect(names, `${method} ${path}`).to.deep.equal([]);
      }
    }
  });

  it('reserves a session for the pages of its origin', async () => {
    const { io, port } = await serve({ origins: 'a.com:*, b.com:*' });
    const messages: unknown[] = [];
    io.on('clientMessage', (message) => messages.push(message));
    const driver = new XhrPollingDriver(port, { headers: { Origin: origin } });
    const { sessionId } = await driver.open();
    const other = new XhrPollingDriver(port, { headers: { Origin: 'http://b.com' } });
    other.sessionId = sessionId;
    expect((await other.post(framed('x'))).status).to.equal(404);
    expect((await driver.post(framed('y'))).status).to.equal(200);
    expect(messages).to.deep.equal(['y']);
  });

  it('answers a script of a page that is not allowed with an alert', async () => {
    const { port } = await serve({ origins: 'a.com:*' });
    const denied = await request(port, '/socket.io/jsonp-polling//1/0', {
      headers: { Origin: 'http://b.com' },
    });
    expect(denied.body).to.match(/^alert\('[^']+'\);$/);
  });
});
