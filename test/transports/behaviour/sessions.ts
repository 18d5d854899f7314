import { expect } from 'chai';
import type { Client } from '../../../lib/index.js';
import { framed } from '../../support/payload.js';
import { VARIANTS, type Variant } from '../../support/drivers/index.js';
import { until } from '../../support/wait.js';
import { away, GRAIN, opened, recordEvents, setUp, TIMINGS } from './fixture.js';

export function describeSessions(variant: Variant): void {
  describe('session', () => {
    it('sends the id, then emits clientConnect, then connection', async () => {
      const { io, join } = await setUp(variant);
      const events = recordEvents(io);
      const listed: boolean[] = [];
      io.on('clientConnect', (client) => listed.push(io.clients[client.sessionId] === client));
      const [driver, client] = await join();
      expect(driver.sessionId).to.match(/^\d{38}$/);
      expect(events).to.deep.equal([
        ['clientConnect', client],
        ['connection', client],
      ]);
      expect(listed).to.deep.equal([true]);
    });

    it('has the properties of 0.6', async () => {
      const { io, join, variant: same } = await setUp(variant);
      let request: unknown;
      io.on('connection', (client) => (request = client.request));
      const [driver, client] = await join();
      expect(request).to.have.nested.property('headers.host');
      expect(client.listener).to.equal(io);
      expect(client.sessionId).to.equal(driver.sessionId);
      expect(client.connected).to.equal(true);
      expect(client.connections).to.equal(driver.kind === 'polling' ? 2 : 1);
      expect(client.transport).to.equal(same.create(0).transport);
      expect(client.remoteAddress).to.equal('127.0.0.1');
      expect(client.connection.remoteAddress).to.equal('127.0.0.1');
      expect(client.options).to.deep.equal(TIMINGS);
      expect(client.response === null).to.equal(driver.kind === 'socket');
      expect(io.clientsIndex).to.equal(io.clients);
      expect(Object.keys(io.clients)).to.deep.equal([driver.sessionId]);
    });

    it('counts connections, and emits nothing for a resumed one', async () => {
      const { io, join } = await setUp(variant);
      const events = recordEvents(io);
      const [driver, client] = await join();
      const { connections, request } = client;
      driver.drop();
      await away(client);
      expect(client.connected).to.equal(true);
      expect(client.response).to.equal(null);
      expect(client.request).to.equal(request);
      await driver.resume();
      await opened(client);
      expect(client.connections).to.equal(connections + 1);
      expect(client.request).to.not.equal(request);
      expect(events.map(([name]) => name)).to.deep.equal(['clientConnect', 'connection']);
    });

    it('stays open while a resumed connection is open', async () => {
      const { clock, join } = await setUp(variant, {}, { duration: 1_000_000 });
      const [driver, client] = await join();
      driver.drop();
      await away(client);
      clock.tick(TIMINGS.closeTimeout - 1);
      await driver.resume();
      await opened(client);
      clock.tick(TIMINGS.closeTimeout * 10);
      client.send('still here');
      expect(await driver.next()).to.equal('still here');
    });

    it('ends once when closeTimeout is over, and is listed until clientDisconnect', async () => {
      const { io, clock, join } = await setUp(variant);
      const events = recordEvents(io);
      const [driver, client] = await join();
      events.length = 0;
      const seen: unknown[] = [];
      client.on('disconnect', () => seen.push(client.connected, io.clients[client.sessionId]));
      io.on('clientDisconnect', () => seen.push(client.connected, io.clients[client.sessionId]));
      driver.drop();
      await away(client);
      clock.tick(TIMINGS.closeTimeout - 1);
      expect(events).to.deep.equal([]);
      clock.tick(1 + GRAIN);
      expect(events).to.deep.equal([
        ['disconnect', 'transport close'],
        ['clientDisconnect', client, 'transport close'],
      ]);
      expect(seen).to.deep.equal([false, client, false, undefined]);
      clock.tick(TIMINGS.closeTimeout * 10);
      expect(events.length).to.equal(2);
      expect((await driver.refusal(driver.sessionId)).status).to.equal(404);
      expect(clock.pending).to.equal(0);
    });

    it('ends in the next turn when closeTimeout is 0', async () => {
      const { io, clock, join } = await setUp(variant, {}, { closeTimeout: 0 });
      const events = recordEvents(io);
      const [driver, client] = await join();
      if (driver.kind === 'polling') return;
      driver.drop();
      await away(client);
      expect(client.connected).to.equal(true);
      clock.tick(0);
      expect(client.connected).to.equal(false);
      expect(events.at(-1)).to.deep.equal(['clientDisconnect', client, 'transport close']);
    });

    it('uses a closeTimeout that the application sets on a client', async () => {
      const { clock, join } = await setUp(variant);
      const [driver, client] = await join();
      client.options.closeTimeout = 100;
      driver.drop();
      await away(client);
      clock.tick(100);
      expect(client.connected).to.equal(false);
    });

    it('treats a reset like any other end', async () => {
      const { clock, join } = await setUp(variant);
      const [, client] = await join();
      client.connection.destroy(new Error('as a reset does'));
      await away(client);
      clock.tick(TIMINGS.closeTimeout + GRAIN);
      expect(client.connected).to.equal(false);
    });

    it('ends after client.connection.end(), as in 0.6', async () => {
      const { io, clock, join } = await setUp(variant);
      let disconnects = 0;
      io.on('clientDisconnect', () => disconnects++);
      const [driver, client] = await join();
      client.connection.end();
      await away(client);
      driver.drop();
      clock.tick(TIMINGS.closeTimeout + GRAIN);
      expect(client.connected).to.equal(false);
      expect(disconnects).to.equal(1);
    });

    it('sends what was sent before client.connection.end()', async () => {
      const { join } = await setUp(variant);
      const [driver, client] = await join();
      client.send('you are kicked');
      client.connection.end();
      expect(await driver.next()).to.equal('you are kicked');
    });

    it('keeps sessions apart', async () => {
      const { io, join } = await setUp(variant);
      io.on('clientMessage', (message, client) => client.send(message));
      const [one] = await join();
      const [two] = await join();
      expect(one.sessionId).to.not.equal(two.sessionId);
      await one.send(framed('from one'));
      await two.send(framed('from two'));
      expect(await two.next()).to.equal('from two');
      expect(await one.next()).to.equal('from one');
    });

    it('moves to the latest connection', async () => {
      const { io, join, port } = await setUp(variant);
      const events = recordEvents(io);
      const [first, client] = await join();
      const { connections } = client;
      const second = await variant.create(port).resume(first.sessionId);
      await until(() => client.connections > connections);
      await opened(client);
      if (first.kind === 'polling') {
        // the first poll is answered with nothing, and this client polls no more
        first.drop();
        await opened(client);
      } else {
        await first.ended();
      }
      client.send('for the second');
      expect(await second.next()).to.equal('for the second');
      expect(client.connected).to.equal(true);
      expect(events.map(([name]) => name)).to.deep.equal(['clientConnect', 'connection']);
    });

    it('is unknown to every other transport', async () => {
      const { join, port, client: known } = await setUp(variant);
      const [driver, client] = await join();
      const others = VARIANTS.map((other) => other.create(port)).filter(
        (other) => other.transport !== driver.transport,
      );
      for (const other of others) {
        const { status, body } = await other.refusal(driver.sessionId);
        expect(`${other.transport}: ${status} ${body}`).to.equal(
          `${other.transport}: 404 Unknown session id`,
        );
      }
      expect(await known(driver.sessionId)).to.equal(client);
      client.send('untouched');
      expect(await driver.next()).to.equal('untouched');
    });

    it('refuses unknown ids', async () => {
      const { io, port } = await setUp(variant);
      const refused: unknown[] = [];
      io.on('refused', ({ code, status }) => refused.push([code, status]));
      const driver = variant.create(port);
      const ids = ['1', '0'.repeat(38), 'toString', '__proto__', 'constructor', '%00', '..'];
      for (const id of ids) {
        const { status, body } = await driver.refusal(id);
        expect([id, status, body]).to.deep.equal([id, 404, 'Unknown session id']);
      }
      expect(refused).to.deep.equal(ids.map(() => ['ERR_SIO_UNKNOWN_SESSION', 404]));
      expect(Object.keys(io.clients)).to.deep.equal([]);
    });

    it('refuses new ones at maxSessions, until one ends', async () => {
      const { io, join, port } = await setUp(variant, { maxSessions: 1 });
      const codes: string[] = [];
      io.on('refused', ({ code }) => codes.push(code));
      const [, client] = await join();
      const { status, body } = await variant.create(port).refusal();
      expect([status, body]).to.deep.equal([503, 'Session limit reached']);
      expect(codes).to.deep.equal(['ERR_SIO_TOO_MANY_SESSIONS']);
      client.disconnect();
      const [, next] = await join();
      expect(next.connected).to.equal(true);
    });

    it('uses the ids of generateId', async () => {
      let count = 0;
      const { io, join } = await setUp(variant, {
        generateId: ({ url = '' }) => `id-${++count}-${url.split('/')[2]}`,
      });
      const [driver, client] = await join();
      expect(driver.sessionId).to.equal(`id-1-${driver.transport}`);
      client.send('a');
      expect(await driver.next()).to.equal('a');
      expect(Object.keys(io.clients)).to.deep.equal([driver.sessionId]);
    });
  });

  describe('broadcast', () => {
    it('reaches all others when a client sends it', async () => {
      const { join } = await setUp(variant);
      const [one, first] = await join();
      const [two] = await join();
      const [three] = await join();
      expect(first.broadcast({ from: 'one' })).to.equal(first);
      first.send('only one');
      expect(await two.next()).to.deep.equal({ from: 'one' });
      expect(await three.next()).to.deep.equal({ from: 'one' });
      expect(await one.next()).to.equal('only one');
    });

    it('skips the clients that `except` names', async () => {
      let count = 100;
      const { io, join } = await setUp(variant, { generateId: () => String(++count) });
      const [one] = await join();
      const [two] = await join();
      const cases: readonly (readonly [
        string | number | (string | number)[] | null | undefined,
        string,
      ])[] = [
        [undefined, 'both'],
        [null, 'both'],
        [0, 'both'],
        ['', 'both'],
        [[], 'both'],
        ['unknown', 'both'],
        ['101', 'two'],
        [101, 'two'],
        [['101'], 'two'],
        [[101, 'unknown'], 'two'],
        ['102', 'one'],
        [['101', 102], 'none'],
      ];
      for (const [except, reached] of cases) {
        expect(io.broadcast(`to ${reached}`, except)).to.equal(io);
        io.broadcast('next');
        const got = [await one.next(), await two.next()];
        const marks = [];
        if (got[0] !== 'next') marks.push(await one.next());
        if (got[1] !== 'next') marks.push(await two.next());
        expect(marks.every((mark) => mark === 'next')).to.equal(true);
        const wanted = {
          both: ['to both', 'to both'],
          one: ['to one', 'next'],
          two: ['next', 'to two'],
          none: ['next', 'next'],
        }[reached];
        expect(got, String(except)).to.deep.equal(wanted);
      }
    });

    it('is queued for clients that are away', async () => {
      const { io, join } = await setUp(variant);
      const [driver, client] = await join();
      driver.drop();
      await away(client);
      io.broadcast('one').broadcast(['two', 'three']);
      await driver.resume();
      expect(await driver.nextPayload()).to.equal(framed('one', 'two', 'three'));
    });

    it('can be sent from a disconnect handler', async () => {
      const { io, join } = await setUp(variant);
      io.on('connection', (client: Client) => {
        client.on('disconnect', () => client.send('unread').broadcast('one left'));
      });
      const [staying] = await join();
      const [, leaving] = await join();
      leaving.disconnect();
      expect(await staying.next()).to.equal('one left');
    });
  });
}
