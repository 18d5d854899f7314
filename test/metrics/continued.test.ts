import type { Socket as NetSocket } from 'node:net';
import { expect } from 'chai';
import { Socket } from '../../client/node/index.js';
import { serveBoth } from '../bridge/fixture.js';
import { afterThisTest } from '../support/cleanup.js';
import { XhrPollingDriver } from '../support/drivers/index.js';
import { framed } from '../support/payload.js';
import { serve } from '../support/server.js';
import { until } from '../support/wait.js';

/** Destroys the network sockets of a client. */
function cut(socket: Socket): void {
  const transport = socket.transport as unknown as { sockets(): readonly (NetSocket | null)[] };
  for (const each of transport.sockets()) each?.destroy();
}

describe('the resumes of listener.stats()', () => {
  for (const transport of ['websocket', 'server-events']) {
    it(`count each return of a client with delivery: ${transport}`, async () => {
      const { io, port } = await serve({ delivery: true });
      const socket = new Socket(`http://127.0.0.1:${port}`, {
        delivery: true,
        transports: [transport],
        reconnectionDelay: 1,
      });
      afterThisTest(() => socket.disconnect());
      const received: unknown[] = [];
      socket.on('message', (message) => received.push(message));
      socket.connect();
      await until(() => socket.connected, 'the connection');
      const [client] = Object.values(io.clients);
      for (const text of ['one', 'two']) {
        client?.send(text);
        await until(() => received.at(-1) === text, text);
      }
      expect(io.stats()).to.include({ resumes: 0 });
      cut(socket);
      await until(() => io.stats().resumes === 1, 'the return');
      client?.send('three');
      await until(() => received.length === 3, 'the message after the return');
      const { resumes, messages, sessions } = io.stats();
      expect({ resumes, out: messages.out }).to.deep.equal({ resumes: 1, out: 3 });
      expect(sessions).to.include({ current: 1, opened: 1, delivering: 1 });
    });
  }

  it('do not count the polls of a client', async () => {
    const { io, port, client: find } = await serve();
    const driver = await new XhrPollingDriver(port).open();
    const client = await find(driver.sessionId);
    for (const text of ['one', 'two', 'three']) {
      client.send(text);
      expect(await driver.next()).to.equal(text);
    }
    await driver.send(framed('up'));
    expect(client.connections).to.be.above(2);
    expect(io.stats()).to.include({ resumes: 0 });
  });
});

describe('the payloads of listener.stats() for bridged clients', () => {
  for (const transports of [['polling'], ['websocket']]) {
    it(`are the packets of their own server: ${transports.join()}`, async () => {
      const { io, connect } = await serveBoth();
      const [driver, client] = await connect({ transports });
      const before = io.stats();
      driver.socket.send('grüße');
      await until(() => io.stats().messages.in === 1, 'the message');
      client.send('hello');
      expect(await driver.next()).to.equal('hello');
      const { payloads, bytes } = io.stats();
      expect(payloads.in - before.payloads.in).to.equal(1);
      expect(payloads.out - before.payloads.out).to.equal(1);
      expect(bytes.in - before.bytes.in).to.equal(Buffer.byteLength('2["message","grüße"]'));
      expect(bytes.out - before.bytes.out).to.equal('2["message","hello"]'.length);
    });
  }
});
