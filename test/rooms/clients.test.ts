import { expect } from 'chai';
import type { Client } from '../../lib/index.js';
import { VARIANTS } from '../support/drivers/index.js';
import { serve } from '../support/server.js';
import { until } from '../support/wait.js';

for (const { name, create } of VARIANTS) {
  describe(`Rooms of clients of ${name}`, () => {
    it('receive what is sent to them, in order; the end of a session removes it from them', async () => {
      const { io, port, client: find } = await serve();
      const [ann, bob] = [await create(port).open(), await create(port).open()];
      const [annsClient, bobsClient] = [await find(ann.sessionId), await find(bob.sessionId)];
      annsClient.join(['news', 'ann']);
      bobsClient.join('news');
      io.to('news').send('both');
      io.to('news').except('ann').send('bob');
      annsClient.to('news').send('the other');
      annsClient.to(bob.sessionId).send({ direct: 1 });
      io.broadcast('end');
      expect([await ann.next(), await ann.next()]).to.deep.equal(['both', 'end']);
      const received = [];
      for (let i = 0; i < 5; i++) received.push(await bob.next());
      expect(received).to.deep.equal(['both', 'bob', 'the other', { direct: 1 }, 'end']);
      const rooms: string[][] = [];
      bobsClient.on('disconnect', () => rooms.push([...bobsClient.rooms]));
      io.to('news').except('ann').disconnectSockets();
      await until(() => !(bob.sessionId in io.clients));
      expect(rooms).to.deep.equal([[bob.sessionId, 'news']]);
      expect([...bobsClient.rooms]).to.deep.equal([bob.sessionId]);
      bobsClient.join('late');
      expect(await io.to(['news', 'late']).count()).to.equal(1);
    });
  });
}

describe('Properties that an application of 2011 has added to its clients', () => {
  it('stay as they are, and rooms work without them', async () => {
    const { io, port, client: find } = await serve();
    const driver = await (VARIANTS[0] as (typeof VARIANTS)[number]).create(port).open();
    const client = (await find(driver.sessionId)) as unknown as Record<string, unknown>;
    client['rooms'] = ['mine'];
    client['join'] = () => 'mine';
    client['to'] = () => 'mine';
    expect(client['rooms']).to.deep.equal(['mine']);
    (io as unknown as Record<string, unknown>)['to'] = () => 'mine';
    (io as unknown as Record<string, unknown>)['local'] = 'mine';
    io.everybody.socketsJoin('news');
    io.in('news').send('hello');
    expect(await driver.next()).to.equal('hello');
    expect((await io.fetchSockets())[0]?.rooms).to.deep.equal(new Set([driver.sessionId, 'news']));
    (client as unknown as Client).disconnect();
    expect(client['rooms']).to.deep.equal(['mine']);
  });
});
