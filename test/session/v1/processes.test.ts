import { expect } from 'chai';
import type { Bus } from '../../../lib/index.js';
import { WebsocketDriver } from '../../support/drivers/index.js';
import { serve } from '../../support/server.js';
import { V1Client } from '../../support/v1.js';
import { until } from '../../support/wait.js';

/** Connects the Listeners of one process, in a later turn like an engine. */
function localBus(): () => Bus {
  const subscribers = new Set<(message: Uint8Array) => void>();
  return () => ({
    subscribe: (receive) => subscribers.add(receive),
    publish: (message) => {
      const copy = Buffer.from(message);
      setImmediate(() => {
        for (const receive of subscribers) receive(copy);
      });
    },
  });
}

describe('clients of 0.9 in several processes', () => {
  it('get broadcasts, messages to rooms and named events of other processes, in order', async () => {
    const busOf = localBus();
    const here = await serve({ bus: busOf() });
    const there = await serve({ bus: busOf() });
    const driver = await V1Client.open(there.port);
    const old = await new WebsocketDriver(there.port).open();
    (await there.client(driver.sessionId)).join('room');
    (await there.client(old.sessionId)).join('room');
    await until(() => here.io.bus?.peers.size === 1, 'the other process');
    here.io.broadcast('text').broadcast({ n: 1 }).broadcast(['a', 'b']);
    here.io.to('room').send({ name: 'not', args: ['an event'] });
    here.io.to('room').emit('news', 1, { two: 2 });
    here.io.broadcastEvent('all', [], driver.sessionId);
    here.io.to(driver.sessionId).send('~j~ is text');
    for (const packet of [
      '3:::text',
      '4:::{"n":1}',
      '3:::a',
      '3:::b',
      '4:::{"name":"not","args":["an event"]}',
      '5:::{"name":"news","args":[1,{"two":2}]}',
      '3:::~j~ is text',
    ]) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- in order
      expect(await driver.next()).to.equal(packet);
    }
    for (const message of [
      'text',
      { n: 1 },
      'a',
      'b',
      { name: 'not', args: ['an event'] },
      { name: 'news', args: [1, { two: 2 }] },
      { name: 'all' },
    ]) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- in order
      expect(await old.next()).to.deep.equal(message);
    }
    const found = await here.io.to('room').fetchSockets();
    expect(found.map(({ sessionId }) => sessionId)).to.have.members([
      driver.sessionId,
      old.sessionId,
    ]);
    here.io.disconnectSockets();
    expect(await driver.next()).to.equal('0::');
    await driver.closed();
  });

  it('get what is sent to their endpoint in other processes, in order with broadcasts to all', async () => {
    const busOf = localBus();
    const here = await serve({ bus: busOf() });
    const there = await serve({ bus: busOf() });
    for (const { io } of [here, there]) io.of('/chat');
    here.io.of('/only here');
    const inside = await V1Client.open(there.port);
    const excepted = await V1Client.open(there.port);
    const outside = await V1Client.open(there.port);
    const local = await V1Client.open(here.port);
    for (const client of [inside, excepted, local]) {
      client.send('1::/chat');
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      expect(await client.next()).to.equal('1::/chat');
    }
    await until(() => here.io.bus?.peers.size === 1, 'the other process');
    here.io.of('/only here').broadcast('for a process that does not have the endpoint');
    here.io.of('/chat').broadcast('text').broadcast({ n: 1 }, excepted.sessionId);
    here.io.broadcast('all');
    here.io.of('/chat').broadcastEvent('news', [1, 'two'], local.sessionId);
    here.io.of('/chat').broadcastEvent('no arguments');
    const [text, json] = ['3::/chat:text', '4::/chat:{"n":1}'];
    const news = '5::/chat:{"name":"news","args":[1,"two"]}';
    const last = '5::/chat:{"name":"no arguments"}';
    for (const [client, packets] of [
      [inside, [text, json, '3:::all', news, last]],
      [excepted, [text, '3:::all', news, last]],
      [local, [text, json, '3:::all', last]],
      [outside, ['3:::all']],
    ] as const) {
      for (const packet of packets) {
        // oxlint-disable-next-line eslint/no-await-in-loop -- in order
        expect(await client.next()).to.equal(packet);
      }
    }
    // A client of an endpoint sends to the others of it, in all processes.
    const [member] = [...there.io.of('/chat').clients.values()];
    member?.broadcast('from a client');
    expect(await local.next()).to.equal('3::/chat:from a client');
    expect(await excepted.next()).to.equal('3::/chat:from a client');
    here.io.of('/chat').broadcast('then');
    expect(await inside.next()).to.equal('3::/chat:then');
    expect(here.io.bus?.figures.malformed).to.equal(0);
    expect(there.io.bus?.figures.malformed).to.equal(0);
  });
});
