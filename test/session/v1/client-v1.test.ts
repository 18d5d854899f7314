import { expect } from 'chai';
import type { IncomingMessage } from 'node:http';
import type { Client } from '../../../lib/index.js';
import { encodePayload } from '../../../lib/protocol/v1/index.js';
import { ManualClock } from '../../support/clock.js';
import { WebsocketDriver } from '../../support/drivers/index.js';
import { serve, type Served } from '../../support/server.js';
import { newSession, poll, post, V1Client } from '../../support/v1.js';
import { flushEventLoop, uncaught, until } from '../../support/wait.js';

const GRAIN = 20;

async function join(served: Served): Promise<readonly [V1Client, Client]> {
  const driver = await V1Client.open(served.port);
  return [driver, await served.client(driver.sessionId)];
}

describe('a client of 0.7 to 0.9', () => {
  it('is a Client like any other', async () => {
    const served = await serve();
    const { io } = served;
    const events: unknown[][] = [];
    io.on('clientConnect', (client) => events.push(['clientConnect', client]));
    io.on('connection', (client) => {
      events.push(['connection', client]);
      client.on('message', (message) => events.push(['message', message]));
      client.on('disconnect', (reason) => events.push(['disconnect', reason]));
    });
    io.on('clientMessage', (message, client) => events.push(['clientMessage', message, client]));
    io.on('clientDisconnect', (client, reason) => {
      events.push(['clientDisconnect', client, reason]);
    });
    const [driver, client] = await join(served);
    expect([client.protocol, client.transport]).to.deep.equal(['0.9', 'websocket']);
    expect(client.remoteAddress).to.equal('127.0.0.1');
    expect(client.request.url).to.equal('/socket.io/1/?t=1');
    expect(client.request.socket).to.equal(client.connection);
    expect(client.handshake?.xdomain).to.equal(false);
    expect(client.handshake?.address.address).to.equal('127.0.0.1');
    driver.send('3:::hello');
    driver.send('4:::[1]');
    driver.send('0::');
    expect(await driver.next()).to.equal('0::');
    await driver.closed();
    expect(events).to.deep.equal([
      ['clientConnect', client],
      ['connection', client],
      ['message', 'hello'],
      ['clientMessage', 'hello', client],
      ['message', [1]],
      ['clientMessage', [1], client],
      ['disconnect', 'client close'],
      ['clientDisconnect', client, 'client close'],
    ]);
    expect(io.clients).to.deep.equal({});
  });

  it('has the request of its handshake, with what `authorize` has put on it', async () => {
    const seen: IncomingMessage[] = [];
    const authorize = (request: IncomingMessage): boolean => {
      seen.push(Object.assign(request, { user: 'ann' }));
      return true;
    };
    const [, client] = await join(await serve({ authorize }));
    expect(client.request).to.equal(seen[0]);
    expect(client.handshake?.request).to.equal(seen[0]);
    expect(client.request).to.have.property('user', 'ann');
    expect(client.request.socket).to.equal(client.connection);
  });

  it('has that request once it is read, without `authorize`', async () => {
    const [, client] = await join(await serve());
    const { request } = client;
    expect(client.handshake?.request).to.equal(request);
    expect(Object.assign(request, { user: 'ann' })).to.equal(client.request);
    const { method, url, httpVersion } = request;
    expect([method, url, httpVersion]).to.deep.equal(['GET', '/socket.io/1/?t=1', '1.1']);
    expect(request).to.have.property('upgrade', false);
    expect(request.headers).to.equal(client.handshake?.headers);
    expect(request.headers.host).to.be.a('string');
    expect(request.socket).to.equal(client.connection);
    const other = Object.create(request) as IncomingMessage;
    client.request = other;
    expect([client.request, client.handshake?.request]).to.deep.equal([other, other]);
  });

  it('is sent what client.send accepts, by the rules of 0.6', async () => {
    const served = await serve();
    const [driver, client] = await join(served);
    client
      .send('text')
      .send('')
      .send(1)
      .send(null)
      .send({ a: 1 })
      .send(['x', { b: 2 }, [3]]);
    const packets = ['3:::text', '3::', '3:::1', '3::', '4:::{"a":1}', '3:::x', '4:::{"b":2}'];
    for (const packet of [...packets, '3:::3']) expect(await driver.next()).to.equal(packet);
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    expect(() => client.send(circular)).to.throw(TypeError);
  });

  it('gets the broadcasts that clients of 0.6 get', async () => {
    const served = await serve();
    const [driver, client] = await join(served);
    const old = await new WebsocketDriver(served.port).open();
    served.io.broadcast('text').broadcast({ a: 1 }).broadcast(['x', 'y']);
    served.io.broadcastEvent('news', [1]).broadcastEvent('bare');
    served.io.broadcast('not for 0.9', client.sessionId);
    const packets = ['3:::text', '4:::{"a":1}', '3:::x', '3:::y'];
    packets.push('5:::{"name":"news","args":[1]}', '5:::{"name":"bare"}');
    for (const packet of packets) expect(await driver.next()).to.equal(packet);
    for (const message of ['text', { a: 1 }, 'x', 'y', { name: 'news', args: [1] }]) {
      expect(await old.next()).to.deep.equal(message);
    }
    expect(await old.next()).to.deep.equal({ name: 'bare' });
    expect(await old.next()).to.equal('not for 0.9');
    client.broadcast('from 0.9');
    expect(await old.next()).to.equal('from 0.9');
    client.send('last');
    expect(await driver.next()).to.equal('3:::last');
  });

  it('is sent heartbeats, and ends without an answer to one', async () => {
    const clock = new ManualClock();
    const served = await serve({ clock });
    const [driver, client] = await join(served);
    let reason = '';
    client.on('disconnect', (why) => (reason = why));
    clock.tick(25_000 + GRAIN);
    expect(await driver.next()).to.equal('2::');
    driver.send('2::');
    driver.send('3:::after it');
    await new Promise((resolve) => client.once('message', resolve));
    clock.tick(25_000 + GRAIN);
    expect(await driver.next()).to.equal('2::');
    driver.send('3:::no answer');
    await new Promise((resolve) => client.once('message', resolve));
    clock.tick(60_000 - 2 * GRAIN);
    expect(client.connected).to.equal(true);
    clock.tick(3 * GRAIN);
    expect([client.connected, reason]).to.deep.equal([false, 'heartbeat timeout']);
    await driver.closed();
    expect(clock.pending).to.equal(0);
  });

  it('ends at once with its stream, and after closeTimeout between polls', async () => {
    const clock = new ManualClock();
    const served = await serve({ clock });
    const [driver, stream] = await join(served);
    driver.ws.terminate();
    await until(() => !stream.connected, 'the end of the session');
    const sessionId = await newSession(served.port);
    await poll(served.port, sessionId);
    const polling = await served.client(sessionId);
    await post(served.port, sessionId, '2::');
    clock.tick(60_000 - 1);
    expect(polling.connected).to.equal(true);
    clock.tick(1 + GRAIN);
    expect(polling.connected).to.equal(false);
    expect((await poll(served.port, sessionId)).body).to.equal('7:::1+0');
  });

  it('is polled with 8:: after pollingDuration, and without heartbeats', async () => {
    const clock = new ManualClock();
    const served = await serve({ clock, protocol1: { pollingDuration: 40_000 } });
    const sessionId = await newSession(served.port);
    await poll(served.port, sessionId);
    const client = await served.client(sessionId);
    const polled = poll(served.port, sessionId);
    await until(() => client._open, 'the poll');
    clock.tick(40_000 + GRAIN);
    expect((await polled).body).to.equal('8::');
  });

  it('may change its transport before a first packet has arrived', async () => {
    const clock = new ManualClock();
    const served = await serve({ clock });
    const [driver, client] = await join(served);
    const polled = poll(served.port, client.sessionId);
    await driver.closed();
    await until(() => client._open && client.transport === 'xhr-polling', 'the poll');
    client.send('over polling');
    expect((await polled).body).to.equal('3:::over polling');
    expect(client.options.closeTimeout).to.equal(60_000);
  });

  it('loses no message when a handler throws', async () => {
    const served = await serve();
    const [driver, client] = await join(served);
    const messages: unknown[] = [];
    client.on('message', (message) => {
      messages.push(message);
      if (message === 'bad') throw new Error('a handler failed');
    });
    client.events.on('bad', () => {
      throw new Error('another handler failed');
    });
    const first = uncaught();
    driver.send('3:::bad');
    driver.send('3:::good');
    expect((await first).message).to.equal('a handler failed');
    const second = uncaught();
    driver.send('5:1::{"name":"bad"}');
    driver.send('3:::still here');
    expect(await driver.next()).to.equal('6:::1');
    expect((await second).message).to.equal('another handler failed');
    await until(() => messages.length === 3, 'the messages');
    expect(messages).to.deep.equal(['bad', 'good', 'still here']);
  });

  it('may send maxMessages packets in one payload, and no more', async () => {
    const served = await serve({ maxMessages: 2 });
    const sessionId = await newSession(served.port);
    await poll(served.port, sessionId);
    const messages: unknown[] = [];
    (await served.client(sessionId)).on('message', (message) => messages.push(message));
    const three = encodePayload(['3:::a', '3:::b', '3:::c']);
    expect((await post(served.port, sessionId, three)).status).to.equal(413);
    expect((await post(served.port, sessionId, encodePayload(['3:::d', '3:::e']))).body).to.equal(
      '1',
    );
    await until(() => messages.length === 2, 'the messages');
    expect(messages).to.deep.equal(['d', 'e']);
  });

  it('ends with queue overflow above maxQueue, or with 10,000 pending answers', async () => {
    const served = await serve({ maxQueue: 3 });
    const reasons: string[] = [];
    served.io.on('clientDisconnect', (_client, reason) => reasons.push(reason));
    const sessionId = await newSession(served.port);
    await poll(served.port, sessionId);
    const polling = await served.client(sessionId);
    for (let i = 0; i < 4; i++) polling.send(i);
    await until(() => !polling.connected, 'the end of the session');
    const [driver, client] = await join(served);
    for (let i = 0; i < 10_000; i++) client.events.emit('ask', (_answer: unknown) => undefined);
    await flushEventLoop();
    expect(client.connected).to.equal(true);
    client.events.emit('ask', (_answer: unknown) => undefined);
    await until(() => !client.connected, 'the end of the session');
    await driver.closed();
    expect(reasons).to.deep.equal(['queue overflow', 'queue overflow']);
  });

  it('answers batches of a POST in the answer to one poll', async () => {
    const served = await serve();
    served.io.on('clientMessage', (message, client) => client.send(message));
    const sessionId = await newSession(served.port);
    await poll(served.port, sessionId);
    const client = await served.client(sessionId);
    const polled = poll(served.port, sessionId);
    await until(() => client._open, 'the poll');
    await post(served.port, sessionId, encodePayload(['3:::a', '3:1::b', '3:::c']));
    expect((await polled).body).to.equal(encodePayload(['3:::a', '6:::1', '3:::b', '3:::c']));
  });

  it('ends at once between polls, unless messages wait: they are delivered, then 0::', async () => {
    const served = await serve();
    const ids = [await newSession(served.port), await newSession(served.port)];
    const clients: Client[] = [];
    for (const sessionId of ids) {
      // oxlint-disable eslint/no-await-in-loop -- one after the other
      await poll(served.port, sessionId);
      clients.push(await served.client(sessionId));
      // oxlint-enable eslint/no-await-in-loop
    }
    const [one, other] = clients;
    one?.disconnect();
    expect((await poll(served.port, ids[0] ?? '')).body).to.equal('7:::1+0');
    other?.send('last words').disconnect();
    other?.send('into the void').disconnect();
    const last = encodePayload(['3:::last words', '0::']);
    expect((await poll(served.port, ids[1] ?? '')).body).to.equal(last);
    expect([one?.connected, other?.connected]).to.deep.equal([false, false]);
    expect((await poll(served.port, ids[1] ?? '')).body).to.equal('7:::1+0');
  });

  it('gets 0:: in the answer that its last POST is answered with', async () => {
    const served = await serve();
    const sessionId = await newSession(served.port);
    await poll(served.port, sessionId);
    const client = await served.client(sessionId);
    client.on('message', (message) => {
      client.send(message);
      if (message === 'b') client.disconnect();
    });
    const polled = poll(served.port, sessionId);
    await until(() => client._open, 'the poll');
    await post(served.port, sessionId, encodePayload(['3:::a', '3:::b', '3:::c']));
    expect((await polled).body).to.equal(encodePayload(['3:::a', '3:::b', '0::']));
  });
});
