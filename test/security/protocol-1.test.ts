import { expect } from 'chai';
import {
  decodePacket,
  decodePayload,
  parseAddress,
  parseQuery,
} from '../../lib/protocol/v1/index.js';
import { expectAlive, expectNothingLeft, recordReasons } from '../support/checks.js';
import { ManualClock } from '../support/clock.js';
import { leastCpuMs } from '../support/cpu.js';
import { request } from '../support/raw.js';
import { QUIET, serve, type Served } from '../support/server.js';
import { handshake, newSession, poll, post, V1Client } from '../support/v1.js';
import { flushEventLoop, until } from '../support/wait.js';

const EXPIRY_MS = 30_000;
const GRAIN = 20;
const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'newListener', 'error'];

/** A client over WebSocket, and a function that sends a text and waits until the server has received it. */
async function join(served: Served): Promise<readonly [V1Client, (last: string) => Promise<void>]> {
  const driver = await V1Client.open(served.port);
  const client = await served.client(driver.sessionId);
  return [
    driver,
    async (last) => {
      driver.send(`3:::${last}`);
      await new Promise<void>((resolve) => {
        client.on('message', (message) => {
          if (message === last) resolve();
        });
      });
    },
  ];
}

describe('security: protocol 1', () => {
  it('limits the handshakes that no connection follows; they expire after 30 seconds', async () => {
    const clock = new ManualClock();
    const served = await serve({ ...QUIET, clock, maxHandshakes: 100, maxSessionsPerAddress: 90 });
    const { port, io } = served;
    const ids = [];
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
    for (let i = 0; i < 90; i++) ids.push(await newSession(port));
    expect((await handshake(port)).status).to.equal(429);
    expect(io._limiter.handshakes).to.equal(90);
    clock.tick(EXPIRY_MS + GRAIN);
    expect(io._limiter.handshakes).to.equal(0);
    expect((await poll(port, ids[0] ?? '')).body).to.equal('7:::1+0');
    expect((await handshake(port)).status).to.equal(200);
    clock.tick(EXPIRY_MS + GRAIN);
    await expectNothingLeft(served);
  });

  it('calls `authorize` of an endpoint for one join at a time, however often a client joins and leaves', async () => {
    const served = await serve();
    const decisions: ((isAdmitted: boolean) => void)[] = [];
    const endpoint = served.io.of('/slow', {
      authorize: () => new Promise<boolean>((resolve) => decisions.push(resolve)),
    });
    const joined: string[] = [];
    endpoint.on('connection', ({ sessionId }) => joined.push(sessionId));
    const [driver, received] = await join(served);
    for (let i = 0; i < 1000; i++) {
      driver.send('1::/slow');
      driver.send('0::/slow');
    }
    await received('first');
    expect(decisions.length).to.equal(1);
    driver.send('1::/slow');
    await received('second');
    decisions[0]?.(true);
    expect(await driver.next()).to.equal('1::/slow');
    expect(joined).to.deep.equal([driver.sessionId]);
    driver.send('0::/slow');
    driver.send('1::/slow');
    driver.send('0::/slow');
    await received('third');
    decisions[1]?.(true);
    await flushEventLoop();
    expect(endpoint.clients.size).to.equal(0);
    expect(joined.length).to.equal(1);
  });

  it('keeps nothing for endpoints that are not declared, and for packets to them', async () => {
    const served = await serve();
    served.io.of('/known');
    const [driver, received] = await join(served);
    const client = await served.client(driver.sessionId);
    for (let i = 0; i < 500; i++) {
      for (const packet of [`1::/${i}`, `3::/${i}:x`, `5:1+:/${i}:{"name":"a"}`, `0::/${i}`]) {
        driver.send(packet);
      }
    }
    driver.send(`1::/${'x'.repeat(2000)}`);
    driver.send('3::/known:not joined');
    await received('end');
    for (const name of ['/1', '/known', ...NAMES]) expect(client.of(name)).to.equal(undefined);
    expect((await served.client(driver.sessionId)).connected).to.equal(true);
  });

  it('ignores ids of more than 64 digits, and acknowledgements that were not requested', async () => {
    const served = await serve();
    const messages: unknown[] = [];
    served.io.on('clientMessage', (message) => messages.push(message));
    const [driver, received] = await join(served);
    driver.send(`3:${'1'.repeat(65)}::too long`);
    driver.send(`3:${'9'.repeat(64)}::longest`);
    expect(await driver.next()).to.equal(`6:::${'9'.repeat(64)}`);
    for (const ack of ['6:::1+["x"]', '6:::', '6:::x', `6:::${'1'.repeat(100_000)}`, '6:::-1']) {
      driver.send(ack);
    }
    await received('end');
    expect(messages).to.deep.equal(['longest', 'end']);
  });

  it('ends a client with 10,000 pending acknowledgements, and drops those that time out', async () => {
    const clock = new ManualClock();
    const served = await serve({ clock });
    const reasons = recordReasons(served);
    const [driver] = await join(served);
    const client = await served.client(driver.sessionId);
    const errors: unknown[] = [];
    const ask = (): void => {
      client.events.timeout(1000).emit('ask', (error: unknown) => errors.push(error));
    };
    for (let i = 0; i < 10_000; i++) ask();
    await flushEventLoop();
    clock.tick(1000 + GRAIN);
    expect(errors.length).to.equal(10_000);
    for (let i = 0; i < 10_000; i++) ask();
    await flushEventLoop();
    expect(client.connected).to.equal(true);
    ask();
    await until(() => !client.connected, 'the end');
    expect(reasons).to.deep.equal(['queue overflow']);
    clock.tick(1000 + GRAIN);
    await expectNothingLeft(served);
  });

  it('treats names of Object.prototype as names: sessions, transports, endpoints, events, queries', async () => {
    const served = await serve();
    const { port, io } = served;
    const [driver, received] = await join(served);
    const client = await served.client(driver.sessionId);
    const events: unknown[] = [];
    client.events.onAny((name, args) => events.push([name, args]));
    for (const name of NAMES) {
      // oxlint-disable eslint/no-await-in-loop -- one name after the other
      expect((await poll(port, name)).body).to.equal('7:::1+0');
      expect((await request(port, `/socket.io/1/${name}/${driver.sessionId}`)).status).to.equal(
        400,
      );
      // oxlint-enable eslint/no-await-in-loop
      driver.send(`1::${name}`);
      driver.send(`3::${name}:x`);
      driver.send(`5:::{"name":"${name}","args":[{"__proto__":{"polluted":1}}]}`);
    }
    await received('end');
    expect(events.map((event) => (event as unknown[])[0])).to.deep.equal(NAMES);
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
    const query = NAMES.map((name) => `${name}=1`).join('&');
    const other = await V1Client.open(port, query);
    expect(Object.keys(io.clients[other.sessionId]?.handshake?.query ?? {})).to.deep.equal(NAMES);
    await expectAlive(served);
  });

  it('accepts digits only as the callback of a script, in a handshake and in a poll', async () => {
    const { port } = await serve();
    for (const index of ['alert(1)', '1;x', '%0A1', '-1', '1e3', '1'.repeat(16), '1&i=2&jsonp=2']) {
      // oxlint-disable eslint/no-await-in-loop -- one index after the other
      const { headers, body } = await handshake(port, `jsonp=${index}`);
      expect(headers['content-type']).to.equal('text/plain');
      const path = `/socket.io/1/jsonp-polling/${body.split(':')[0]}?i=${index}`;
      expect((await request(port, path)).body).to.equal('io.j[0]("1::");');
      // oxlint-enable eslint/no-await-in-loop
    }
  });

  it('refuses ?disconnect of pages that are not allowed, and answers it for any id', async () => {
    const served = await serve({ origins: 'example.com:*' });
    const { port } = served;
    const reasons = recordReasons(served);
    const headers = { Origin: 'http://example.com' };
    const { body } = await handshake(port, 't=1', { headers });
    const sessionId = body.split(':')[0] ?? '';
    await poll(port, sessionId, { headers });
    const path = `/socket.io/1//${sessionId}/?disconnect=1`;
    const foreign = await request(port, path, { headers: { Origin: 'http://evil.example' } });
    expect(foreign.status).to.equal(401);
    expect(reasons).to.deep.equal([]);
    const unknown = await request(port, '/socket.io/1//unknown/?disconnect=1', { headers });
    expect([unknown.status, unknown.body]).to.deep.equal([200, '']);
    expect((await request(port, path, { headers })).status).to.equal(200);
    expect(reasons).to.deep.equal(['client close']);
  });

  it('delivers no JSON that is too deep to be passed on, of any packet', async () => {
    const served = await serve();
    const messages: unknown[] = [];
    served.io.on('clientMessage', (message) => messages.push(message));
    const [driver, received] = await join(served);
    const client = await served.client(driver.sessionId);
    client.events.onAny((name) => messages.push(name));
    client.events.emit('ask', (...args: unknown[]) => messages.push(args));
    await driver.next();
    const deep = '['.repeat(501) + ']'.repeat(501);
    driver.send(`4:::${deep}`);
    driver.send(`5:::{"name":"deep","args":${deep}}`);
    driver.send(`6:::1+${deep}`);
    await received('end');
    expect(messages).to.deep.equal([[], 'end']);
  });

  it('finds no packets in text, and stops at lengths that are wrong', async () => {
    const served = await serve({ maxMessages: 100 });
    const messages: unknown[] = [];
    served.io.on('clientMessage', (message) => messages.push(message));
    const sessionId = await newSession(served.port);
    await poll(served.port, sessionId);
    const client = await served.client(sessionId);
    const trick = '\ufffd5\ufffd3:::x';
    for (const payload of [
      `\ufffd${4 + trick.length}\ufffd3:::${trick}`,
      `3:::${trick}`,
      '\ufffd-1\ufffd3:::a',
      '\ufffd99999999999999999999\ufffd3:::a',
      '\ufffd9\ufffd3:::a',
      '\ufffd\ufffd3:::a',
      '\ufffd5\ufffd3:::b\ufffd1e1\ufffd3:::cccccc',
    ]) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- in order
      expect((await post(served.port, sessionId, payload)).body).to.equal('1');
    }
    expect((await post(served.port, sessionId, '\ufffd0\ufffd'.repeat(101))).status).to.equal(413);
    await post(served.port, sessionId, '3:::end');
    await until(() => messages.at(-1) === 'end', 'the last message');
    expect(messages).to.deep.equal([trick, trick, 'b', 'end']);
    expect(client.connected).to.equal(true);
  });

  it('reads packets, payloads and URLs in linear time', () => {
    const length = 2 ** 21;
    for (const text of [
      '3',
      '3:1',
      '3:::',
      ':',
      '\ufffd1',
      '\ufffd3\ufffd2::',
      '6:::1',
      '1::/',
      '?a=',
    ]) {
      const long = text + text.slice(-1).repeat(length);
      const many = text.repeat(length / text.length);
      const ms = leastCpuMs(() => {
        for (const input of [long, many]) {
          decodePacket(input);
          decodePayload(input);
          parseAddress(`/socket.io/1/${input}`, 11);
          parseQuery(input);
        }
      });
      // linear takes some 100 ms of CPU, quadratic takes hours
      expect(ms, JSON.stringify(text)).to.be.below(5000);
    }
  });
});
