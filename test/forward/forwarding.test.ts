import { expect } from 'chai';
import { once } from 'node:events';
import type { Client } from '../../lib/index.js';
import { tokenOf } from '../../lib/forward/credentials.js';
import { tagOf } from '../../lib/forward/session-tag.js';
import {
  HttpDriver,
  VARIANTS,
  XhrPollingDriver,
  ServerEventsDriver,
} from '../support/drivers/index.js';
import { framed } from '../support/payload.js';
import { form, RawSocket, request, requestBytes } from '../support/raw.js';
import { serve, type Served } from '../support/server.js';
import { flushEventLoop, until } from '../support/wait.js';
import { addressesOf, LocalEngine, SECRET, serveAll } from './fixture.js';
import { roundRobin } from './round-robin.js';

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

/** A session that waits for its next poll. */
async function openBetweenPolls(
  owner: Served,
): Promise<{ driver: XhrPollingDriver; client: Client }> {
  const driver = await new XhrPollingDriver(owner.port).open();
  const client = await owner.client(driver.sessionId);
  await until(() => client.response !== null, 'the first poll');
  driver.drop();
  await until(() => client.response === null, 'the end of the poll');
  return { driver, client };
}

describe('requests that arrive at another process', function () {
  this.timeout(60_000);

  for (const { name, create } of VARIANTS) {
    it(`are answered by the process of their session: ${name}`, async () => {
      const members = await serveAll(4);
      const port = await roundRobin(members.map((member) => member.port));
      for (const { io } of members) {
        io.on('connection', (client) => {
          client.on('message', (message: string) => client.send(`echo of ${message}`));
        });
      }
      const drivers = await Promise.all(VARIANTS.slice(0, 4).map(() => create(port).open()));
      await Promise.all(
        drivers.map(async (driver) => {
          for (let i = 0; i < 25; i++) {
            await driver.send(framed(`m${i}`));
            expect(await driver.next()).to.equal(`echo of m${i}`);
          }
        }),
      );
      members[0]?.io.broadcast('to all');
      for (const driver of drivers) {
        expect(await driver.next()).to.equal('to all');
      }
      const sessions = members.reduce((sum, { io }) => sum + Object.keys(io.clients).length, 0);
      expect(sessions).to.equal(4);
      if (drivers[0] instanceof HttpDriver) {
        await drivers[0].close();
        await until(
          () => members.every(({ io }) => !(drivers[0]!.sessionId in io.clients)),
          'the close request',
        );
      }
    });
  }

  it('resume an event stream', async () => {
    const [owner, other] = await serveAll(2, {
      transports: ['server-events'],
      transportOptions: { 'server-events': { closeTimeout: 10_000 } },
    });
    const driver = await new ServerEventsDriver(owner!.port).open();
    driver.drop();
    const { sessionId } = driver;
    await until(() => owner!.io.clients[sessionId]?.response === null, 'the end of the stream');
    owner!.io.broadcast('meanwhile');
    const raw = await RawSocket.connect(other!.port);
    raw.write(
      requestBytes('/socket.io/server-events', { headers: { 'Last-Event-ID': sessionId } }),
    );
    expect((await raw.readHead()).status).to.equal(200);
    expect((await raw.bytes.readThrough('meanwhile')).toString()).to.include('meanwhile');
  });

  it('have the address of their client, not of the process in between', async () => {
    const [owner, other] = await serveAll(2, { trustProxy: 'loopback' });
    const { driver, client } = await openBetweenPolls(owner!);
    const raw = await RawSocket.connect(other!.port);
    const headers = { 'X-Forwarded-For': '192.0.2.7', 'X-Socket.io-Node-Address': '192.0.2.8' };
    raw.write(requestBytes(`/socket.io/xhr-polling/${driver.sessionId}/1`, { headers }));
    await until(() => client.response !== null, 'the poll');
    expect(client.remoteAddress).to.equal('192.0.2.7');
    expect(Object.keys(client.request.headers).join()).not.to.include('socket.io-node');
  });

  it('end the poll of their session when they end', async () => {
    const [owner, other] = await serveAll(2);
    const { driver, client } = await openBetweenPolls(owner!);
    const raw = await RawSocket.connect(other!.port);
    raw.write(requestBytes(`/socket.io/xhr-polling/${driver.sessionId}/1`));
    await until(() => client.response !== null, 'the poll');
    raw.destroy();
    await until(() => client.response === null, 'the end of the poll');
  });

  it('obey the rules of the owner for origins and bodies', async () => {
    const [owner, other] = await serveAll(2, { origins: 'good.example:*', maxPayload: 1000 });
    const driver = await new XhrPollingDriver(owner!.port).open();
    const path = `/socket.io/xhr-polling/${driver.sessionId}/send`;
    const post = (body: string, headers: Record<string, string> = {}): Promise<number> =>
      request(other!.port, path, {
        method: 'POST',
        headers: { ...FORM, ...headers },
        body,
      }).then(({ status }) => status);
    expect(await post(form(framed('x')))).to.equal(200);
    expect(await post(form(framed('x')), { Origin: 'http://bad.example' })).to.equal(401);
    expect(await post(form(framed('x'.repeat(2000))))).to.equal(413);
    expect(await post('x'.repeat(10_000_000))).to.equal(413);
    const chunks = { ...FORM, 'Transfer-Encoding': 'chunked' };
    const body = `${(5000).toString(16)}\r\n${'x'.repeat(5000)}\r\n0\r\n\r\n`;
    const response = await request(other!.port, path, { method: 'POST', headers: chunks, body });
    expect(response.status).to.equal(413);
    expect(await post(form(framed('y')))).to.equal(200);
  });

  it('have the headers of the owner, and keep their connection', async () => {
    const [owner, other] = await serveAll(2);
    const driver = await new XhrPollingDriver(owner!.port).open();
    const raw = await RawSocket.connect(other!.port);
    for (let i = 0; i < 3; i++) {
      const bytes = requestBytes(`/socket.io/xhr-polling/${driver.sessionId}/send`, {
        method: 'POST',
        headers: { ...FORM, Origin: 'http://page.example', Cookie: 'a=1; b=2' },
        body: form(framed(`m${i}`)),
      });
      raw.write(bytes);
      const { status, headers, body } = await raw.readResponse();
      expect([status, body]).to.deep.equal([200, 'ok']);
      expect(headers).to.include({
        'access-control-allow-origin': 'http://page.example',
        'content-length': '2',
      });
    }
  });

  it('are answered 404 if their process is unknown although the bus works', async () => {
    const timings = { heartbeatInterval: 50, timeout: 300 };
    const { port } = await serve({
      bus: new LocalEngine().bus(),
      busOptions: { secret: SECRET, address: '127.0.0.1', ...timings },
    });
    const lost = '1'.repeat(20) + tagOf('00000000000000ff');
    for (const id of [lost, 'x'.repeat(20) + '9'.repeat(20), '9'.repeat(20)]) {
      expect((await request(port, `/socket.io/xhr-polling/${id}/1`)).status).to.equal(404);
    }
  });

  it('are answered 404 if their process has left', async () => {
    const engine = new LocalEngine();
    const busOptions = { secret: SECRET, address: '127.0.0.1', timeout: 1e6 };
    const owner = await serve({ bus: engine.bus(), busOptions });
    const other = await serve({ bus: engine.bus(), busOptions });
    await until(() => addressesOf(other.io.bus).length === 1, 'the address');
    const driver = await new XhrPollingDriver(owner.port).open();
    const path = `/socket.io/xhr-polling/${driver.sessionId}/1`;
    await owner.io.close();
    expect((await request(other.port, path)).status).to.equal(404);
  });

  it('are answered 503 while their process may not be known yet, and while the bus is down', async () => {
    const busOptions = { secret: SECRET, address: '127.0.0.1' };
    const young = await serve({
      bus: new LocalEngine().bus(),
      busOptions: { ...busOptions, timeout: 1e6 },
    });
    const cut = await serve({
      bus: { publish: () => Promise.reject(new Error('down')), subscribe: () => undefined },
      busOptions: { ...busOptions, heartbeatInterval: 50, timeout: 300 },
    });
    await until(() => cut.io.bus?.isUp === false, 'the failure of the bus');
    const id = '1'.repeat(20) + tagOf('00000000000000ff');
    const upgrade = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' };
    for (const { io, port } of [young, cut]) {
      const codes: string[] = [];
      io.on('refused', ({ code }) => codes.push(code));
      for (const [transport, headers] of [
        ['xhr-polling', {}],
        ['websocket', upgrade],
      ] as const) {
        // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
        const response = await request(port, `/socket.io/${transport}/${id}/1`, { headers });
        expect([response.status, response.headers['retry-after']]).to.deep.equal([503, '1']);
      }
      expect(codes).to.deep.equal(Array<string>(2).fill('ERR_SIO_UNKNOWN_PROCESS'));
    }
  });

  it('are answered 404 if their process cannot be reached', async () => {
    const engine = new LocalEngine();
    const options = { bus: engine.bus(), busOptions: { secret: SECRET, address: '127.0.0.1' } };
    const other = await serve(options);
    // Port 9 of this address does not answer.
    const gone = await serve({ ...options, bus: engine.bus() });
    const driver = await new XhrPollingDriver(gone.port).open();
    await until(() => addressesOf(other.io.bus).length === 1, 'the address');
    const [peer] = other.io.bus!.peers.values();
    Object.assign(peer as object, { address: '127.0.0.1:9' });
    const path = `/socket.io/xhr-polling/${driver.sessionId}`;
    expect((await request(other.port, `${path}/1`)).status).to.equal(404);
    const post = { method: 'POST', headers: FORM, body: form(framed('x')) };
    expect((await request(other.port, `${path}/send`, post)).status).to.equal(404);
  });

  it('wait for the address of a process that has just begun', async () => {
    const engine = new LocalEngine();
    const held: (() => void)[] = [];
    const slow = engine.bus();
    const busOptions = { secret: SECRET, address: '127.0.0.1' };
    const publish = (bytes: Buffer): void => void held.push(() => slow.publish(Buffer.from(bytes)));
    const other = await serve({ bus: engine.bus(), busOptions });
    const owner = await serve({ bus: { ...slow, publish }, busOptions });
    const { driver } = await openBetweenPolls(owner);
    const post = { method: 'POST', headers: FORM, body: form(framed('x')) };
    const path = `/socket.io/xhr-polling/${driver.sessionId}/send`;
    const response = request(other.port, path, post);
    await once(other.server, 'connection');
    await flushEventLoop();
    for (const deliver of held) deliver();
    expect((await response).status).to.equal(200);
  });

  it('are upgrades, which their process may refuse', async () => {
    const [owner, other] = await serveAll(2);
    const id = `${'1'.repeat(38)}${tagOf(owner!.io.bus!.node)}`;
    const socket = await RawSocket.connect(other!.port);
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' };
    socket.write(requestBytes(`/socket.io/websocket/${id}`, { headers }));
    expect((await socket.readResponse()).status).to.equal(404);
    await socket.ended();
  });

  it('are not accepted from other programs', async () => {
    const [owner, other] = await serveAll(2);
    const driver = await new XhrPollingDriver(owner!.port).open();
    const [address = ''] = addressesOf(other!.io.bus);
    const port = Number(address.split(':')[1]);
    const path = `/socket.io/xhr-polling/${driver.sessionId}/send`;
    for (const token of [undefined, 'x', '0'.repeat(64), tokenOf(SECRET, other!.io.bus!.node)]) {
      const headers = token === undefined ? {} : { 'X-Socket.io-Node-Token': token };
      const { status } = await request(port, path, { method: 'POST', headers, body: '' });
      expect(status, token).to.equal(403);
    }
    const headers = { 'X-Socket.io-Node-Token': tokenOf(SECRET, owner!.io.bus!.node) };
    expect((await request(port, '/other', { headers })).status).to.equal(404);
  });

  it('are answered while their process closes', async () => {
    const [owner, other] = await serveAll(2);
    const { driver, client } = await openBetweenPolls(owner!);
    client.send('last words');
    const closing = owner!.io.close();
    const last = await request(other!.port, `/socket.io/xhr-polling/${driver.sessionId}/1`);
    expect([last.status, last.body]).to.deep.equal([200, framed('last words')]);
    await closing;
  });
});

describe('session ids', () => {
  it('end with the tag of their process if it has an address', async () => {
    const [owner] = await serveAll(1);
    const { sessionId } = await new XhrPollingDriver(owner!.port).open();
    expect(sessionId).to.match(/^\d{58}$/);
    expect(sessionId.slice(-20)).to.equal(tagOf(owner!.io.bus!.node));
  });

  it('have no tag with a bus alone', async () => {
    const { port } = await serve({ bus: new LocalEngine().bus() });
    const { sessionId } = await new XhrPollingDriver(port).open();
    expect(sessionId).to.match(/^\d{38}$/);
  });
});

const serveWith = (busOptions: object): Promise<unknown> =>
  serve({ bus: new LocalEngine().bus(), busOptions }).catch((error: unknown) => error);

describe('busOptions.address', () => {
  it('requires a secret, and an address that others can reach', async () => {
    expect(String(await serveWith({ address: '127.0.0.1' }))).to.include(
      'Expected `busOptions.secret`',
    );
    for (const address of [
      '0.0.0.0',
      '[::]:80',
      'a b',
      'host:99999',
      'http://host',
      ':80',
      '[x]',
    ]) {
      expect(String(await serveWith({ secret: 'x', address })), address).to.include(
        'Expected `busOptions.address` to be like',
      );
    }
    expect(String(await serveWith({ address: 1 }))).to.include(
      '`busOptions.address` to be a string',
    );
  });

  it('reach a process that drains, also when its server has closed', async () => {
    const members = await serveAll(2, { delivery: true });
    const [owner, other] = members as [Served, Served];
    // Two sessions with delivery, each between two polls.
    const paths: string[] = [];
    for (let i = 0; i < 2; i++) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      const { body } = await request(owner.port, '/socket.io/xhr-polling//c=1&a=0&k=&s=1&t=1');
      const [, id, key] = /^~m~\d+~m~(\d+)~m~\d+~m~~h~d(\d+):/.exec(body) ?? [];
      paths.push(`/socket.io/xhr-polling/${id}/c=1&a=0&k=${key}&s=1&t=1`);
    }
    const closed = once(owner.server, 'close');
    owner.server.close();
    void owner.io.close({ over: 60_000 });
    await closed;
    expect(Object.keys(owner.io.clients)).to.have.length(2);
    expect((await request(other.port, paths[0] as string)).body).to.match(/~h~m~m~\d+~m~~h~e0:0$/);
    void owner.io.close();
    expect((await request(other.port, paths[1] as string)).body).to.match(/~h~m~m~\d+~m~~h~e0:0$/);
  });

  it('are answered on connections that end if the server has closed', async () => {
    const members = await serveAll(2);
    const [owner, other] = members as [Served, Served];
    const { driver, client } = await openBetweenPolls(owner);
    const raw = await RawSocket.connect(other.port);
    raw.write(requestBytes(`/socket.io/xhr-polling/${driver.sessionId}/1`));
    await until(() => client.response !== null, 'the poll');
    const closed = once(other.server, 'close');
    other.server.close();
    client.send('last');
    const { headers, body } = await raw.readResponse();
    expect([headers['connection'], body]).to.deep.equal(['close', framed('last')]);
    await closed;
  });
});
