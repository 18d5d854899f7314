/**
 * Connections that are reset at every step of every path, for sessions of 0.6, of 0.9 and with
 * delivery: the process continues, and nothing is left.
 *
 * @module
 */
import { expect } from 'chai';
import type { AuthorizeCallback, Client, ListenerOptions } from '../../lib/index.js';
import { expectAlive } from '../support/checks.js';
import { HANDSHAKE } from '../support/frames.js';
import { RawSocket, requestBytes } from '../support/raw.js';
import { flushEventLoop, until } from '../support/wait.js';
import { DIALECTS } from './resets/dialects.js';
import { broken, Path, RESETS } from './resets/path.js';

/** All ways in which an application ends a client or its connection. */
const KICKS: Readonly<Record<string, (client: Client) => unknown>> = {
  'disconnect()': (client) => client.disconnect(),
  '_onDisconnect()': (client) => client._onDisconnect(),
  '_onClose()': (client) => client._onClose(),
  'connection.end()': (client) => client.connection.end(),
  'connection.destroy()': (client) => client.connection.destroy(),
  'connection.destroySoon()': (client) => client.connection.destroySoon(),
  'connection.end(), then _onDisconnect()': (client) => {
    client.connection.end();
    client._onDisconnect();
  },
};

const VERDICTS: Readonly<Record<string, (callback: AuthorizeCallback) => void>> = {
  accepts: (callback) => callback(null, true),
  refuses: (callback) => callback(null, false),
  'fails with an error': (callback) => callback(new Error('on purpose')),
};

for (const dialect of DIALECTS) {
  for (const reset of RESETS) {
    describe(`a connection of ${dialect.name} that is reset ${reset}`, () => {
      for (const [what, decide] of Object.entries(VERDICTS)) {
        for (const isFirst of [true, false]) {
          it(`${isFirst ? 'before' : 'as'} authorize ${what} is harmless`, async () => {
            const path = await Path.create(dialect, reset, true);
            const raw = await path.dial();
            await until(() => path.callbacks.length === 1, 'authorize');
            path.kill(raw);
            if (isFirst) await flushEventLoop();
            const [callback] = path.callbacks;
            if (callback) decide(callback);
            await path.expectNothingLeft();
          });
        }
      }

      it('after it was refused is harmless', async () => {
        for (const options of [
          { authorize: () => false },
          { maxSessions: 1 },
          { origins: 'other.example:*' },
        ] satisfies ListenerOptions[]) {
          // oxlint-disable eslint/no-await-in-loop -- one server after the other
          const path = await Path.create(dialect, reset, false, options);
          const raws = [await path.dial(), await path.dial()];
          // in the turn in which the second one is refused
          path.served.io.once('refused', () => raws.forEach((raw) => path.kill(raw)));
          await flushEventLoop();
          for (const raw of raws) path.kill(raw);
          await path.expectNothingLeft();
          // oxlint-enable eslint/no-await-in-loop
        }
      });

      for (const event of ['clientConnect', 'connection', 'disconnect', 'clientDisconnect']) {
        it(`in a handler of ${event} is harmless`, async () => {
          const path = await Path.create(dialect, reset);
          let calls = 0;
          const kill = (client: Client): void => {
            calls++;
            client.connection.destroy(broken());
            client.send('too late');
          };
          path.served.io.on('connection', (client) => {
            if (event === 'disconnect') client.on('disconnect', () => kill(client));
          });
          if (event !== 'disconnect') path.served.io.on(event as 'connection', kill);
          await path.begin();
          await until(() => Object.keys(path.served.io.clients).length > 0 || calls > 0);
          for (const client of Object.values(path.served.io.clients)) client.disconnect();
          await path.expectNothingLeft();
          expect(calls).to.equal(1);
        });
      }

      for (const [name, kick] of Object.entries(KICKS)) {
        for (const moment of ['in the turn of', 'after'] as const) {
          it(`${moment} ${name} is harmless`, async () => {
            const path = await Path.create(dialect, reset);
            const { raw, client } = await path.join();
            client.send('last words');
            kick(client);
            if (moment === 'after') await flushEventLoop();
            path.kill(raw);
            client.send('too late');
            await path.expectNothingLeft();
          });
        }

        it(`with an upgrade after ${name} is harmless`, async () => {
          const path = await Path.create(dialect, reset);
          if (!dialect.isHttp) return;
          const { raw, client } = await path.join();
          raw.write(requestBytes('/socket.io/websocket', { headers: HANDSHAKE }));
          await flushEventLoop();
          kick(client);
          const place = dialect.hasHandshake ? '1/websocket' : 'xhr-polling';
          raw.write(
            requestBytes(`/socket.io/${place}/${client.sessionId}`, { headers: HANDSHAKE }),
          );
          await flushEventLoop();
          path.kill(raw);
          await path.expectNothingLeft();
        });
      }

      it('while it takes the queue of a session that is being ended is harmless', async () => {
        const path = await Path.create(dialect, reset, false, dialect.options(5000));
        const { raw, client } = await path.join();
        path.kill(raw);
        await until(() => !client._open, 'the client to be away');
        client.send('x'.repeat(100_000)).disconnect();
        for (let i = 0; i < 3; i++) {
          // oxlint-disable eslint/no-await-in-loop -- one after the other
          const next = await path.redial(client.sessionId);
          await flushEventLoop(i * 3);
          path.kill(next);
          await flushEventLoop();
          // oxlint-enable eslint/no-await-in-loop
        }
        await path.expectNothingLeft();
      });

      it('while more waits for it than the system takes is harmless', async () => {
        const path = await Path.create(dialect, reset);
        const { raw, client } = await path.join();
        raw.socket.pause();
        for (let i = 0; i < 8; i++) client.send('x'.repeat(1_000_000));
        await flushEventLoop();
        path.kill(raw);
        client.send('too late');
        await path.expectNothingLeft();
      });

      it('as the Listener closes is harmless', async () => {
        for (const isAfter of [false, true]) {
          // oxlint-disable eslint/no-await-in-loop -- one server after the other
          const path = await Path.create(dialect, reset);
          const { raw, client } = await path.join();
          const waiting = await path.dial();
          client.send('last words');
          const closed = path.served.io.close();
          if (isAfter) await flushEventLoop();
          for (const one of [raw, waiting]) path.kill(one);
          await path.expectNothingLeft();
          await closed;
          // oxlint-enable eslint/no-await-in-loop
        }
      });

      it('in the middle of a message is harmless', async () => {
        for (const cut of [40, 10_000, -1, Infinity]) {
          // oxlint-disable eslint/no-await-in-loop -- one after the other
          const path = await Path.create(dialect, reset);
          const { raw, client } = await path.join();
          const bytes = dialect.message(path.known(client.sessionId), 'x'.repeat(20_000));
          const sender = dialect.isHttp ? await RawSocket.connect(path.served.port) : raw;
          sender.write(bytes.subarray(0, cut));
          await flushEventLoop();
          path.kill(sender);
          await flushEventLoop();
          expect(client._heldSize).to.equal(0);
          path.kill(raw);
          await path.expectNothingLeft();
          // oxlint-enable eslint/no-await-in-loop
        }
      });

      it('and opened again and again is harmless', async () => {
        const path = await Path.create(dialect, reset);
        const { raw, client } = await path.join();
        path.kill(raw);
        for (let i = 0; i < 4; i++) {
          client.send('x'.repeat(10_000 * i));
          // oxlint-disable eslint/no-await-in-loop -- one after the other
          const next = await path.redial(client.sessionId);
          await flushEventLoop(i);
          path.kill(next);
          // oxlint-enable eslint/no-await-in-loop
        }
        await path.expectNothingLeft();
      });

      it('does not keep others from connecting', async () => {
        const path = await Path.create(dialect, reset);
        const { raw } = await path.join();
        path.kill(raw);
        await expectAlive(path.served);
      });
    });
  }
}
