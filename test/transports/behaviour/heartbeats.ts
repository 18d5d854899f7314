import { expect } from 'chai';
import type { Variant } from '../../support/drivers/index.js';
import { framed } from '../../support/payload.js';
import { until } from '../../support/wait.js';
import { away, GRAIN, opened, recordEvents, setUp } from './fixture.js';

const INTERVAL = 10_000;
const TIMEOUT = 8000;
const CLOSE_TIMEOUT = 5000;
const WITH_HEARTBEATS = {
  timeout: TIMEOUT,
  heartbeatInterval: INTERVAL,
  closeTimeout: CLOSE_TIMEOUT,
  duration: 1_000_000,
};

export function describeHeartbeats(variant: Variant): void {
  const { kind } = variant.create(0);

  describe('heartbeats', () => {
    it('sends a numbered one after each interval', async () => {
      const { io, clock, join } = await setUp(variant, {}, WITH_HEARTBEATS);
      let messages = 0;
      io.on('clientMessage', () => messages++);
      const [driver, client] = await join();
      for (let number = 1; number <= 11; number++) {
        await opened(client);
        clock.tick(INTERVAL + GRAIN);
        expect(await driver.nextPayload()).to.equal(framed(`~h~${number}`));
        await driver.send(framed(`~h~${number}`, 'after it'));
        await until(() => messages === number, 'the echo');
      }
      expect(client.connected).to.equal(true);
    });

    it('delivers the messages after a heartbeat of the client, but not the heartbeat', async () => {
      const { io, clock, join } = await setUp(variant, {}, WITH_HEARTBEATS);
      const messages: unknown[] = [];
      io.on('clientMessage', (message) => messages.push(message));
      const [driver] = await join();
      await driver.send(framed('~h~1', 'a', '~h~', 'b', '~h~x'));
      await until(() => messages.length >= 2, 'the messages');
      clock.tick(INTERVAL + GRAIN);
      expect(await driver.next()).to.equal('~h~1');
      await driver.send(framed('c', '~h~1', 'd'));
      await until(() => messages.length >= 4, 'the messages');
      expect(messages).to.deep.equal(['a', 'b', 'c', 'd']);
    });

    it('sends none when timeout is null', async () => {
      const { clock, join } = await setUp(variant, {}, { ...WITH_HEARTBEATS, timeout: null });
      const [driver, client] = await join();
      clock.tick(INTERVAL * 50);
      client.send('the first thing said');
      expect(await driver.next()).to.equal('the first thing said');
    });

    it('sends and queues none while the client is away, and keeps counting', async () => {
      const { clock, join } = await setUp(variant, {}, { ...WITH_HEARTBEATS, closeTimeout: 1e6 });
      const [driver, client] = await join();
      clock.tick(INTERVAL + GRAIN);
      expect(await driver.next()).to.equal('~h~1');
      await opened(client);
      driver.drop();
      await away(client);
      clock.tick(INTERVAL * 5);
      client.send('queued');
      await driver.resume();
      expect(await driver.nextPayload()).to.equal(framed('queued'));
      await opened(client);
      clock.tick(INTERVAL + GRAIN);
      expect(await driver.next()).to.equal('~h~2');
    });

    if (kind === 'polling') return;

    for (const echo of ['', '~h~', '~h~0', '~h~2', '~h~01', '~h~1 ', 'any message']) {
      it(`closes the connection when ${JSON.stringify(echo)} is the only response`, async () => {
        const { io, clock, join } = await setUp(variant, {}, WITH_HEARTBEATS);
        const events = recordEvents(io);
        const [driver, client] = await join();
        clock.tick(INTERVAL + GRAIN);
        expect(await driver.next()).to.equal('~h~1');
        await driver.send(framed(echo, 'heard'));
        const heard = (): boolean => events.some(([, message]) => message === 'heard');
        await until(heard, 'the message');
        // what has arrived is a sign of life, once
        clock.tick(2 * TIMEOUT - GRAIN - 1);
        expect(client._open).to.equal(true);
        clock.tick(1 + 3 * GRAIN);
        expect(client._open).to.equal(false);
        expect(client.connected).to.equal(true);
        await driver.ended();
        clock.tick(CLOSE_TIMEOUT + GRAIN);
        expect(events.at(-1)).to.deep.equal(['clientDisconnect', client, 'heartbeat timeout']);
        expect(clock.pending).to.equal(0);
      });
    }

    it('keeps the session for a client that resumes within closeTimeout', async () => {
      const { clock, join } = await setUp(variant, {}, WITH_HEARTBEATS);
      const [driver, client] = await join();
      clock.tick(INTERVAL + GRAIN);
      expect(await driver.next()).to.equal('~h~1');
      clock.tick(TIMEOUT + GRAIN);
      await driver.ended();
      client.send('missed');
      await driver.resume();
      expect(await driver.next()).to.equal('missed');
      clock.tick(CLOSE_TIMEOUT * 1.5);
      expect(client.connected).to.equal(true);
    });
  });
}
