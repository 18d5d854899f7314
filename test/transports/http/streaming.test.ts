import { expect } from 'chai';
import {
  HtmlFileDriver,
  ServerEventsDriver,
  XhrMultipartDriver,
  XhrPollingDriver,
} from '../../support/drivers/index.js';
import { ManualClock } from '../../support/clock.js';
import { framed } from '../../support/payload.js';
import { serve } from '../../support/server.js';
import { until } from '../../support/wait.js';
import { form, type Response } from '../../support/raw.js';

/** A stream of a client that sends a close request on unload. */
class PoliteDriver extends XhrMultipartDriver {
  protected override downPath(sessionId: string): string {
    return `${super.downPath(sessionId)}?goodbye`;
  }

  /** The last words, as browsers send them: perhaps after they have ended the stream. */
  leave(payload: string): Promise<Response> {
    return this.postTo(this.path(this.sessionId, 'close'), form(payload));
  }
}

/** A session over a stream that has broken off, and what the application has heard of it. */
async function brokenOff() {
  const clock = new ManualClock();
  const { io, port, client: find } = await serve({ clock });
  const driver = await new PoliteDriver(port).open();
  const heard: unknown[] = [];
  io.on('clientMessage', (message) => heard.push(message));
  io.on('clientDisconnect', (_client, reason) => heard.push(reason));
  const client = await find(driver.sessionId);
  driver.drop();
  await until(() => !client._open);
  return { clock, driver, heard };
}

describe('streaming', () => {
  it('waits half a second for an announced close request after the stream ends', async () => {
    const { clock, heard } = await brokenOff();
    clock.tick(499);
    expect(heard).to.deep.equal([]);
    clock.tick(1);
    expect(heard).to.deep.equal(['transport close']);
  });

  it('delivers the messages of a close request', async () => {
    const { driver, heard } = await brokenOff();
    expect((await driver.leave(framed('bye'))).body).to.equal('ok');
    expect(heard).to.deep.equal(['bye', 'client close']);
  });

  it('resumes a session from Last-Event-ID', async () => {
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

  it('opens a new session for a Last-Event-ID that is unknown or of another transport', async () => {
    const { io, port } = await serve();
    const poll = await new XhrPollingDriver(port).open();
    for (const id of ['1234', poll.sessionId]) {
      const headers = { 'Last-Event-ID': id };
      const driver = await new ServerEventsDriver(port, { headers }).open();
      expect(driver.sessionId).to.not.equal(id);
      expect(io.clients).to.have.property(driver.sessionId);
    }
  });

  it('is not ended by the idle timeout of the HTTP server', async () => {
    for (const Type of [HtmlFileDriver, XhrMultipartDriver, ServerEventsDriver]) {
      const { server, port, client: find } = await serve();
      server.timeout = 60_000;
      const driver = await new Type(port).open();
      const { connection } = await find(driver.sessionId);
      expect(connection.timeout).to.equal(0);
    }
  });
});
