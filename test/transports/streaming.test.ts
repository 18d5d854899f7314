import { expect } from 'chai';
import {
  HtmlFileDriver,
  ServerEventsDriver,
  XhrMultipartDriver,
  XhrPollingDriver,
} from '../support/drivers/index.js';
import { serve } from '../support/server.js';
import { until } from '../support/wait.js';

describe('streams', () => {
  it('of server-events go on from a Last-Event-ID', async () => {
    const {
      io,
      port,
      client: find,
    } = await serve({
      transportOptions: { 'server-events': { closeTimeout: 5000 } },
    });
    let connections = 0;
    io.on('connection', () => connections++);
    const driver = await new ServerEventsDriver(port).open();
    expect(driver.lastEventId).to.equal(driver.sessionId);
    const client = await find(driver.sessionId);
    driver.drop();
    await until(() => !client._open);
    client.send('missed');
    const headers = { 'Last-Event-ID': driver.lastEventId };
    const again = new ServerEventsDriver(port, { headers });
    await again.resume('');
    expect(await again.next()).to.equal('missed');
    expect(connections).to.equal(1);
    expect(client.connections).to.equal(2);
  });

  it('of server-events begin anew from a Last-Event-ID nobody knows, or one of another transport', async () => {
    const { io, port } = await serve();
    const poll = await new XhrPollingDriver(port).open();
    for (const id of ['1234', poll.sessionId]) {
      const headers = { 'Last-Event-ID': id };
      const driver = await new ServerEventsDriver(port, { headers }).open();
      expect(driver.sessionId).to.not.equal(id);
      expect(io.clients).to.have.property(driver.sessionId);
    }
  });

  it('are not cut by the idle timeout of the HTTP server', async () => {
    for (const Type of [HtmlFileDriver, XhrMultipartDriver, ServerEventsDriver]) {
      const { server, port, client: find } = await serve();
      server.timeout = 60_000;
      const driver = await new Type(port).open();
      const { connection } = await find(driver.sessionId);
      expect(connection.timeout).to.equal(0);
    }
  });
});
