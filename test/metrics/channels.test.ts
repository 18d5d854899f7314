import { expect } from 'chai';
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { DiagnosticsChannels } from '../../lib/metrics/index.js';
import { serveBoth } from '../bridge/fixture.js';
import { afterThisTest } from '../support/cleanup.js';
import { WebsocketDriver, XhrPollingDriver } from '../support/drivers/index.js';
import { framed } from '../support/payload.js';
import { request } from '../support/raw.js';
import { serve } from '../support/server.js';
import { V1Client } from '../support/v1.js';
import { uncaught, until } from '../support/wait.js';

const NAMES: readonly (keyof DiagnosticsChannels)[] = [
  'socket.io-node:session.open',
  'socket.io-node:session.close',
  'socket.io-node:message.in',
  'socket.io-node:message.out',
  'socket.io-node:refused',
  'socket.io-node:bus',
];

/** Collects what is published on a channel until the test is over. */
function collect<Name extends keyof DiagnosticsChannels>(name: Name): DiagnosticsChannels[Name][] {
  const messages: DiagnosticsChannels[Name][] = [];
  const onMessage = (message: unknown): void => {
    messages.push(message as DiagnosticsChannels[Name]);
  };
  subscribe(name, onMessage);
  afterThisTest(() => unsubscribe(name, onMessage));
  return messages;
}

function fail(): void {
  throw new Error('of the subscriber');
}

describe('diagnostics channels', () => {
  it('publish nothing, and call nothing, without subscribers', async () => {
    let calls = 0;
    for (const name of NAMES) {
      const one = channel(name);
      one.publish = (): void => {
        calls++;
      };
      afterThisTest(() => Reflect.deleteProperty(one, 'publish'));
    }
    const { io, port } = await serve();
    const driver = await new WebsocketDriver(port).open();
    await driver.send(framed('a'));
    io.broadcast('b');
    await driver.next();
    await request(port, '/socket.io/xhr-polling/77/1');
    await driver.close();
    await until(() => io.stats().ends['client close'] === 1, 'the end');
    expect(io.stats().messages).to.include({ in: 1, out: 1 });
    expect(calls).to.equal(0);
    expect(collect('socket.io-node:refused')).to.deep.equal([]);
    await request(port, '/socket.io/xhr-polling/77/1');
    expect(calls).to.equal(1);
  });

  it('publish sessions before their events', async () => {
    const opened = collect('socket.io-node:session.open');
    const closed = collect('socket.io-node:session.close');
    const order: string[] = [];
    const { io, port } = await serve();
    io.on('clientConnect', () => order.push(`connect after ${opened.length}`));
    io.on('clientDisconnect', () => order.push(`disconnect after ${closed.length}`));
    const driver = await new XhrPollingDriver(port).open();
    const client = io.clients[driver.sessionId];
    await driver.close();
    expect(order).to.deep.equal(['connect after 1', 'disconnect after 1']);
    expect(opened[0]).to.deep.equal({ listener: io, client });
    expect(closed[0]).to.deep.equal({ listener: io, client, reason: 'client close' });
  });

  it('publish messages, in both directions, of all generations', async () => {
    const received = collect('socket.io-node:message.in');
    const sent = collect('socket.io-node:message.out');
    const { io, port, connect } = await serveBoth();
    const driver = await new WebsocketDriver(port).open();
    const v1 = await V1Client.open(port);
    const [official] = await connect();
    await driver.send(framed('~j~{"a":1}'));
    v1.send('3:::b');
    v1.send('5:::{"name":"c","args":[1]}');
    official.socket.send('d');
    await until(() => received.length === 4, 'four messages');
    const messages = received.map(({ client, message }) => [client.protocol, message]);
    expect(messages).to.have.deep.members([
      ['0.6', { a: 1 }],
      ['0.9', 'b'],
      ['0.9', { name: 'c', args: [1] }],
      ['4', 'd'],
    ]);
    io.broadcast('x');
    const payloads = sent.map(({ client, payload, messages: count }) => [
      client.protocol,
      payload,
      count,
    ]);
    expect(payloads).to.have.deep.members([
      ['0.6', '~m~1~m~x', 1],
      ['0.9', '3:::x', 1],
      ['4', '~m~1~m~x', 1],
    ]);
  });

  it('publish refusals', async () => {
    const refused = collect('socket.io-node:refused');
    const { io, port } = await serve();
    await request(port, '/socket.io/xhr-polling/77/1');
    expect(refused).to.have.lengthOf(1);
    expect(refused[0]?.listener).to.equal(io);
    expect(refused[0]?.refusal.code).to.equal('ERR_SIO_UNKNOWN_SESSION');
  });

  it('are not harmed by a subscriber that throws', async () => {
    subscribe('socket.io-node:refused', fail);
    afterThisTest(() => unsubscribe('socket.io-node:refused', fail));
    const { io, port } = await serve();
    const refused: unknown[] = [];
    io.on('refused', ({ code }) => refused.push(code));
    const error = uncaught();
    expect((await request(port, '/socket.io/xhr-polling/77/1')).status).to.equal(404);
    expect((await error).message).to.equal('of the subscriber');
    expect(refused).to.deep.equal(['ERR_SIO_UNKNOWN_SESSION']);
  });
});
