import { expect } from 'chai';
import { ManualClock } from '../../support/clock.js';
import { HixieDriver, WebsocketDriver } from '../../support/drivers/index.js';
import { framed } from '../../support/payload.js';
import { serve } from '../../support/server.js';
import { flushEventLoop } from '../../support/wait.js';

describe('WebSocket that breaks while it is written to', () => {
  it('requeues what it could not write, in order', async () => {
    for (const Type of [WebsocketDriver, HixieDriver]) {
      const transportOptions = { websocket: { closeTimeout: 5000 } };
      const { io, port, client: find } = await serve({ transportOptions });
      const driver = await new Type(port).open();
      const client = await find(driver.sessionId);
      client.send('before');
      client.connection.destroy();
      client.send(['after', 'it']);
      io.broadcast('to all');
      await flushEventLoop();
      client.send('and later');
      await driver.resume();
      const texts = ['before', 'after', 'it', 'to all', 'and later'];
      expect(await driver.nextPayload()).to.equal(framed(...texts));
      expect(client.connections).to.equal(2);
    }
  });

  it('drops heartbeats that it could not write', async () => {
    for (const Type of [WebsocketDriver, HixieDriver]) {
      const clock = new ManualClock();
      const timings = { timeout: 8000, heartbeatInterval: 10_000, closeTimeout: 5000 };
      const transportOptions = { websocket: timings };
      const { port, client: find } = await serve({ clock, transportOptions });
      const driver = await new Type(port).open();
      const client = await find(driver.sessionId);
      client.connection.destroy();
      client.send('kept');
      clock.tick(timings.heartbeatInterval + 20);
      await flushEventLoop();
      await driver.resume();
      client.send('next');
      expect(await driver.nextPayload()).to.equal(framed('kept'));
      expect(await driver.nextPayload()).to.equal(framed('next'));
    }
  });
});
