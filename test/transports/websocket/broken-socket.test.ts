import { expect } from 'chai';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { ManualClock } from '../../support/clock.js';
import { HixieDriver, WebsocketDriver } from '../../support/drivers/index.js';
import { framed } from '../../support/payload.js';
import { serve } from '../../support/server.js';
import { flushEventLoop, until } from '../../support/wait.js';

describe('WebSocket that breaks while it is written to', () => {
  it('requeues what it could not write, in order', async () => {
    for (const Type of [WebsocketDriver, HixieDriver]) {
      const transportOptions = { websocket: { closeTimeout: 5000 } };
      const { io, port, client: find } = await serve({ transportOptions });
      const driver = await new Type(port).open();
      const client = await find(driver.sessionId);
      client.send('before');
      client.connection.destroy(new Error('broken'));
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
      client.connection.destroy(new Error('broken'));
      client.send('kept');
      clock.tick(timings.heartbeatInterval + 20);
      await flushEventLoop();
      await driver.resume();
      client.send('next');
      expect(await driver.nextPayload()).to.equal(framed('kept'));
      expect(await driver.nextPayload()).to.equal(framed('next'));
    }
  });

  it('requeues payloads of several turns in the order they were sent', async () => {
    for (const Type of [WebsocketDriver, HixieDriver]) {
      const transportOptions = { websocket: { closeTimeout: 5000 } };
      const { port, client: find } = await serve({ transportOptions });
      const driver = await new Type(port).open();
      const client = await find(driver.sessionId);
      // ended on this side, so that nothing can be written; the peer has not answered yet
      client.connection.end();
      for (const word of ['one', 'two', 'three']) {
        client.send(word);
        await setImmediate();
      }
      await until(() => !client._open, 'the connection to end');
      client.send('four');
      await driver.resume();
      expect(await driver.nextPayload()).to.equal(framed('one', 'two', 'three', 'four'));
    }
  });

  it('is not a reason to end a session that may be resumed', async () => {
    const transportOptions = { websocket: { closeTimeout: 5000 } };
    for (const Type of [WebsocketDriver, HixieDriver]) {
      const { port, client: find } = await serve({ transportOptions });
      const driver = await new Type(port).open();
      const client = await find(driver.sessionId);
      driver.drop();
      await until(() => !client._open, 'the connection to end');
      expect(client.connected).to.equal(true);
    }
  });
});

describe('closing handshake of a WebSocket', () => {
  const transportOptions = { websocket: { closeTimeout: 5000 } };

  for (const code of [undefined, 1000, 1001]) {
    it(`with the code ${code ?? 'none'} ends the session at once`, async () => {
      const { port, client: find } = await serve({ transportOptions });
      const driver = await new WebsocketDriver(port).open();
      const client = await find(driver.sessionId);
      driver.ws.close(code);
      await until(() => !client.connected, 'the end');
      expect(client.disconnectReason).to.equal('client close');
    });
  }

  for (const code of [1011, 3000, 4000]) {
    it(`with the code ${code} lets the client resume the session`, async () => {
      const { port, client: find } = await serve({ transportOptions });
      const driver = await new WebsocketDriver(port).open();
      const client = await find(driver.sessionId);
      driver.ws.close(code);
      await until(() => !client._open, 'the connection to end');
      expect(client.connected).to.equal(true);
      await driver.resume();
      client.send('still here');
      expect(await driver.next()).to.equal('still here');
    });
  }

  it('of draft 76 ends the session at once', async () => {
    const { port, client: find } = await serve({ transportOptions });
    const driver = await new HixieDriver(port).open();
    const client = await find(driver.sessionId);
    await driver.close();
    await until(() => !client.connected, 'the end');
    expect(client.disconnectReason).to.equal('client close');
  });

  it('of a connection that was replaced does not end the session', async () => {
    const { port, client: find } = await serve({ transportOptions });
    const driver = await new WebsocketDriver(port).open();
    const client = await find(driver.sessionId);
    const { ws } = driver;
    const closed = once(ws, 'close');
    await new WebsocketDriver(port).resume(driver.sessionId);
    ws.close(1000);
    await closed;
    await flushEventLoop();
    expect(client.connected).to.equal(true);
    expect(client._open).to.equal(true);
  });
});
