import { expect } from 'chai';
import { once } from 'node:events';
import type { Variant } from '../../support/drivers/index.js';
import { framed } from '../../support/payload.js';
import { uncaught, until } from '../../support/wait.js';
import { away, GRAIN, opened, recordEvents, setUp, TIMINGS } from './fixture.js';
import { request } from '../../support/raw.js';

export function describeEndings(variant: Variant): void {
  describe('endings', () => {
    it('emits `disconnect` once on client.disconnect(), after what was sent is written', async () => {
      const { io, clock, join } = await setUp(variant);
      const events = recordEvents(io);
      const [driver, client] = await join();
      events.length = 0;
      expect(client.send('goodbye').disconnect()).to.equal(client);
      expect(events).to.deep.equal([
        ['disconnect', 'server disconnect'],
        ['clientDisconnect', client, 'server disconnect'],
      ]);
      expect(await driver.next()).to.equal('goodbye');
      await driver.ended();
      client.disconnect().send('into the void').broadcast('x')._onClose()._onDisconnect();
      expect(events.length).to.equal(2);
      expect(client.connected).to.equal(false);
      expect(client.request.headers.host).to.be.a('string');
      expect(client.remoteAddress).to.equal('127.0.0.1');
      expect(clock.pending).to.equal(0);
    });

    it('drops the rest of a batch on client.disconnect(), and writes what was sent', async () => {
      const { io, join } = await setUp(variant);
      const messages: unknown[] = [];
      io.on('clientMessage', (message, client) => {
        messages.push(message);
        client.send('goodbye').disconnect();
      });
      const [driver] = await join();
      await driver.send(framed('quit', 'never heard')).catch(() => undefined);
      expect(await driver.next()).to.equal('goodbye');
      await driver.ended();
      expect(messages).to.deep.equal(['quit']);
    });

    it('delivers what was sent on client.disconnect() in a connection handler, then ends', async () => {
      const { io, port, clock } = await setUp(variant, {}, { timeout: 8000 });
      const events = recordEvents(io);
      io.on('connection', (client) => client.send('no').disconnect());
      const driver = await variant.create(port).open();
      expect(await driver.next()).to.equal('no');
      await driver.ended();
      expect(events.map(([name]) => name)).to.deep.equal([
        'clientConnect',
        'connection',
        'disconnect',
        'clientDisconnect',
      ]);
      expect(io.clients).to.deep.equal({});
      expect(clock.pending).to.equal(0);
    });

    it('ends the session on client._onDisconnect(), as 0.6 did', async () => {
      const { io, join } = await setUp(variant);
      const events = recordEvents(io);
      const [driver, client] = await join();
      client._onDisconnect();
      await driver.ended();
      expect(events.at(-1)).to.deep.equal(['clientDisconnect', client, 'server disconnect']);
    });

    it('closes the connection on client._onClose(), and lets the client resume', async () => {
      const { join, clock } = await setUp(variant);
      const [driver, client] = await join();
      expect(client._onClose()).to.equal(client);
      expect(client._open).to.equal(false);
      if (driver.kind === 'polling') {
        await opened(client);
      } else {
        await driver.ended();
        await driver.resume();
      }
      client.send('back');
      expect(await driver.next()).to.equal('back');
      driver.drop();
      client._onClose();
      clock.tick(TIMINGS.closeTimeout + GRAIN);
      expect(client.connected).to.equal(false);
    });

    it('passes the reason to handlers with any parameter for it, and to no others', async () => {
      const { io, join } = await setUp(variant);
      const [, client] = await join();
      const heard: unknown[][] = [];
      client.on('disconnect', function (this: unknown) {
        // oxlint-disable-next-line eslint/prefer-rest-params -- rest parameters would get the reason
        heard.push(['on client', this === client, arguments.length]);
      });
      client.on('disconnect', (...args) => heard.push(['variadic', ...args]));
      const onceEnded = once(client, 'disconnect');
      client.once('disconnect', (reason) => heard.push(['once client', reason]));
      io.on('clientDisconnect', function (who) {
        // oxlint-disable-next-line eslint/prefer-rest-params -- rest parameters would get the reason
        heard.push(['on Listener', this === io, who === client, arguments.length]);
      });
      io.once('clientDisconnect', (_who, reason) => heard.push(['once Listener', reason]));
      client.disconnect();
      expect(heard).to.deep.equal([
        ['on client', true, 0],
        ['variadic', 'server disconnect'],
        ['once client', 'server disconnect'],
        ['on Listener', true, true, 1],
        ['once Listener', 'server disconnect'],
      ]);
      expect(await onceEnded).to.deep.equal(['server disconnect']);
      expect(client.disconnectReason).to.equal('server disconnect');
    });

    it('ends the session on a close request of the client', async () => {
      const { io, clock, join } = await setUp(variant);
      const events = recordEvents(io);
      const [driver, client] = await join();
      events.length = 0;
      await driver.close();
      // draft 75 has no closing handshake
      const isAnnounced = variant.name !== 'websocket, hixie-75';
      if (!isAnnounced) {
        await away(client);
        clock.tick(TIMINGS.closeTimeout + GRAIN);
      }
      await until(() => events.length > 0, 'the end');
      const reason = isAnnounced ? 'client close' : 'transport close';
      expect(events[0]).to.deep.equal(['disconnect', reason]);
      expect(events.length).to.equal(2);
      expect(client.connected).to.equal(false);
      expect((await driver.refusal(driver.sessionId)).status).to.equal(404);
    });

    it('ends every session on listener.close(), and leaves requests to the application', async () => {
      const { io, clock, join, port } = await setUp(variant);
      const events = recordEvents(io);
      const [one] = await join();
      const [two] = await join();
      events.length = 0;
      const closing = io.close();
      expect(closing.clients).to.equal(io.clients);
      expect(events.map((event) => [event[0], event.at(-1)])).to.deep.equal([
        ['disconnect', 'server close'],
        ['clientDisconnect', 'server close'],
        ['disconnect', 'server close'],
        ['clientDisconnect', 'server close'],
      ]);
      expect(io.clients).to.deep.equal({});
      expect(clock.pending).to.equal(0);
      io.close();
      expect(events.length).to.equal(4);
      if (one.kind === 'polling') {
        one.drop();
        two.drop();
      } else {
        await one.ended();
        await two.ended();
      }
      const { body } = await request(port, `/socket.io/${one.transport}/${one.sessionId}`);
      expect(body).to.equal('app');
    });

    it('ends every session when the HTTP server closes', async () => {
      const { io, server, join, clock } = await setUp(variant);
      const events = recordEvents(io);
      const [driver, client] = await join();
      driver.drop();
      const closed = new Promise((resolve) => server.once('close', resolve));
      server.close();
      server.closeAllConnections();
      await closed;
      expect(events.at(-1)).to.deep.equal(['clientDisconnect', client, 'server close']);
      await until(() => clock.pending === 0, 'the timers to stop');
    });

    it('rethrows the exception of a disconnect handler, and emits clientDisconnect', async () => {
      const { io, join } = await setUp(variant);
      const [, client] = await join();
      let ends = 0;
      io.on('clientDisconnect', () => ends++);
      client.on('disconnect', () => {
        throw new Error('goodbye failed');
      });
      const surfaced = uncaught();
      client.disconnect();
      expect(ends).to.equal(1);
      expect((await surfaced).message).to.equal('goodbye failed');
      expect(io.clients).to.deep.equal({});
    });
  });
}
