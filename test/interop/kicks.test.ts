import { expect } from 'chai';
import type { Client } from '../../lib/index.js';
import { ManualClock } from '../support/clock.js';
import { VARIANTS } from '../support/drivers/index.js';
import { framed } from '../support/payload.js';
import { serve } from '../support/server.js';
import { flushEventLoop, until } from '../support/wait.js';

const CLOSE_TIMEOUT = 5000;
const GRAIN = 20;

/** How programs of 0.6 threw a client out. */
const KICKS: Readonly<Record<string, (client: Client) => void>> = {
  'client.connection.end()': (client) => client.connection.end(),
  'client.connection.destroy()': (client) => client.connection.destroy(),
  'client._onDisconnect()': (client) => client._onDisconnect(),
  'client._onClose()': (client) => client._onClose(),
  'client.connection.end() and client._onDisconnect()': (client) => {
    client.connection.end();
    client._onDisconnect();
  },
};

/** Where they did it. */
type Moment = 'connection' | 'message' | 'nothing';
const MOMENTS: readonly Moment[] = ['connection', 'message', 'nothing'];

for (const variant of VARIANTS) {
  describe(`kick of 2011 for a client on ${variant.name}`, () => {
    for (const [name, kick] of Object.entries(KICKS)) {
      for (const moment of MOMENTS) {
        it(`ends the session once: ${name} in a handler of ${moment}`, async () => {
          const clock = new ManualClock();
          const { transport } = variant.create(0);
          const timings = { timeout: null, closeTimeout: CLOSE_TIMEOUT };
          const { io, port } = await serve({ clock, transportOptions: { [transport]: timings } });
          let kicked: Client | null = null;
          let endings = 0;
          let heard = 0;
          io.on('connection', (client) => {
            const kickNow = (): void => {
              kicked = client;
              kick(client);
            };
            client.on('disconnect', () => endings++);
            client.on('message', () => {
              heard++;
              if (moment === 'message') kickNow();
            });
            if (moment === 'connection') kickNow();
            if (moment === 'nothing') setTimeout(kickNow, 20);
          });
          io.on('clientDisconnect', () => endings++);

          const driver = variant.create(port);
          // what a client still receives depends on the transport and the kick
          await driver.open().catch(() => undefined);
          if (moment === 'message') await driver.send(framed('hello')).catch(() => undefined);
          await until(() => kicked !== null, 'the kick');
          // a client that polls survives the end of one connection
          if (driver.kind === 'polling') driver.drop();
          const client = kicked as Client | null;
          await until(() => client?._open === false, 'the client to be away');
          clock.tick(CLOSE_TIMEOUT + GRAIN);
          await flushEventLoop();
          expect(endings).to.equal(2);
          expect(heard).to.equal(moment === 'message' ? 1 : 0);
          expect(client?.connected).to.equal(false);
          expect(io.clients).to.deep.equal({});
          expect(clock.pending).to.equal(0);
        });
      }
    }
  });
}
