import { expect } from 'chai';
import type { Client } from '../../../lib/index.js';
import type { Variant } from '../../support/drivers/index.js';
import { framed } from '../../support/payload.js';
import { request } from '../../support/raw.js';
import { until } from '../../support/wait.js';
import { away, GRAIN, opened, recordEvents, setUp, TIMINGS } from './fixture.js';

/** The ways in which applications end a session or its connection. */
const WAYS: Readonly<Record<string, (client: Client) => void>> = {
  'client.disconnect()': (client) => client.disconnect(),
  'client._onClose()': (client) => client._onClose(),
  'client.connection.end()': (client) => client.connection.end(),
  'client.connection.destroy()': (client) => client.connection.destroy(),
};

function sendAndEnd(client: Client, end: (client: Client) => void): void {
  end(client.send('one').send({ last: 'words' }));
}

const MOMENTS = ['connection', 'message', 'later'] as const;

export function describeDeliveries(variant: Variant): void {
  describe('last messages', () => {
    for (const [name, end] of Object.entries(WAYS)) {
      for (const moment of MOMENTS) {
        it(`are delivered before ${name}, called in ${moment}`, async () => {
          const { io, port } = await setUp(variant);
          io.on('connection', (client) => {
            client.on('message', () => moment === 'message' && sendAndEnd(client, end));
            if (moment === 'connection') sendAndEnd(client, end);
            else if (moment === 'later') setImmediate(sendAndEnd, client, end);
          });
          const driver = await variant.create(port).open();
          if (moment === 'message') await driver.send(framed('go')).catch(() => undefined);
          const received: unknown[] = [];
          while (received.length < 2) {
            // oxlint-disable-next-line eslint/no-await-in-loop -- a poll that was cut is sent again
            received.push(
              await driver.next().catch(() => driver.resume().then(() => driver.next())),
            );
          }
          expect(received).to.deep.equal(['one', { last: 'words' }]);
          // The contract of 0.6: these wait for the client to return.
          if (name === 'client._onClose()') return;
          if (driver.kind === 'socket' && name !== 'client.disconnect()') return;
          await until(() => Object.keys(io.clients).length === 0, 'the end of the session');
        });
      }
    }

    it('wait for a client that is away, which is the end of the session', async () => {
      const { io, clock, join } = await setUp(variant);
      const events = recordEvents(io);
      const [driver, client] = await join();
      driver.drop();
      await away(client);
      events.length = 0;
      client.send('one').send('two').disconnect();
      client.send('too late');
      io.broadcast('too late');
      client.disconnect();
      expect(events).to.deep.equal([]);
      expect(client.connected).to.equal(true);
      await driver.resume();
      expect(await driver.nextPayload()).to.equal(framed('one', 'two'));
      await driver.ended();
      expect(events).to.deep.equal([
        ['disconnect', 'server disconnect'],
        ['clientDisconnect', client, 'server disconnect'],
      ]);
      expect(io.clients).to.deep.equal({});
      expect(clock.pending).to.equal(0);
    });

    it('are delivered after listener.close(), also to a client that is away', async () => {
      const { io, port, clock, join } = await setUp(variant);
      const events = recordEvents(io);
      const [driver, client] = await join();
      const [here] = await join();
      driver.drop();
      await away(client);
      events.length = 0;
      io.broadcast('the server restarts').close();
      expect(await here.next()).to.equal('the server restarts');
      if (here.kind === 'polling') here.drop();
      else await here.ended();
      await driver.resume();
      expect(await driver.next()).to.equal('the server restarts');
      await until(() => Object.keys(io.clients).length === 0, 'the end');
      expect(events.map(([name, ...args]) => [name, args.at(-1)])).to.deep.equal([
        ['disconnect', 'server close'],
        ['clientDisconnect', 'server close'],
        ['disconnect', 'server close'],
        ['clientDisconnect', 'server close'],
      ]);
      expect(clock.pending).to.equal(0);
      const { body } = await request(port, `/socket.io/${driver.transport}/${driver.sessionId}`);
      expect(body).to.equal('app');
    });

    it('wait no longer than closeTimeout', async () => {
      const { io, clock, join } = await setUp(variant);
      const events = recordEvents(io);
      const [driver, client] = await join();
      driver.drop();
      await away(client);
      clock.tick(TIMINGS.closeTimeout - 1);
      client.send('never read').disconnect();
      expect(client.connected).to.equal(true);
      clock.tick(1 + GRAIN);
      expect(events.at(-1)).to.deep.equal(['clientDisconnect', client, 'server disconnect']);
      expect(clock.pending).to.equal(0);
    });

    it('do not wait if there are none', async () => {
      const { join } = await setUp(variant);
      const [driver, client] = await join();
      driver.drop();
      await away(client);
      client.disconnect();
      expect(client.connected).to.equal(false);
      expect(client.disconnectReason).to.equal('server disconnect');
    });

    it('are the last: messages of a client that is being disconnected are dropped', async () => {
      const { io, join } = await setUp(variant);
      const [driver, client] = await join();
      if (driver.kind === 'socket') return;
      await opened(client);
      driver.drop();
      await away(client);
      const messages: unknown[] = [];
      io.on('clientMessage', (message) => messages.push(message));
      client.send('goodbye').disconnect();
      await driver.send(framed('ignored'));
      expect(messages).to.deep.equal([]);
      await driver.resume();
      expect(await driver.next()).to.equal('goodbye');
      await until(() => !client.connected, 'the end');
    });
  });
}
