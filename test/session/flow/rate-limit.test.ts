import { expect } from 'chai';
import type { DisconnectReason } from '../../../lib/index.js';
import { openDelivering } from '../../metrics/fleet.js';
import { ManualClock } from '../../support/clock.js';
import { VARIANTS, WebsocketDriver } from '../../support/drivers/index.js';
import { framed } from '../../support/payload.js';
import { request } from '../../support/raw.js';
import { serve } from '../../support/server.js';
import { V1_VARIANTS } from '../../support/v1-drivers.js';
import { until } from '../../support/wait.js';

const RATE = 10;
const BURST = 50;

interface Recorded {
  readonly clock: ManualClock;
  readonly messages: unknown[];
  readonly reasons: DisconnectReason[];
}

async function setUp(options: object): Promise<Awaited<ReturnType<typeof serve>> & Recorded> {
  const clock = new ManualClock();
  const served = await serve({ clock, ...options });
  const messages: unknown[] = [];
  const reasons: DisconnectReason[] = [];
  served.io.on('clientMessage', (message) => messages.push(message));
  served.io.on('clientDisconnect', (_client, reason) => reasons.push(reason));
  return { ...served, clock, messages, reasons };
}

const texts = (count: number): string[] => Array.from({ length: count }, (_, i) => `message ${i}`);

describe('maxMessagesPerSecond', () => {
  for (const { name, create } of VARIANTS) {
    it(`ends a client of 0.6 that sends more: ${name}`, async () => {
      const { io, port, messages, reasons } = await setUp({ maxMessagesPerSecond: RATE });
      const driver = await create(port).open();
      await driver.send(framed(...texts(BURST)));
      await until(() => messages.length === BURST, 'five seconds of messages');
      expect(reasons).to.deep.equal([]);
      await driver.send(framed('one more')).catch(() => undefined);
      await until(() => reasons.length > 0, 'the end');
      expect(reasons).to.deep.equal(['rate limit']);
      expect(messages).to.have.length(BURST);
      expect(io.stats().ends['rate limit']).to.equal(1);
    });
  }

  for (const variant of V1_VARIANTS) {
    it(`ends a client of 0.9 that sends more: ${variant.name}`, async () => {
      const { port, messages, reasons } = await setUp({ maxMessagesPerSecond: RATE });
      const driver = await variant.open(port);
      await driver.send(...texts(BURST).map((text) => `3:::${text}`));
      await until(() => messages.length === BURST, 'five seconds of messages');
      await driver.send('2::', '6:::1', '8::').catch(() => undefined);
      expect(reasons).to.deep.equal([]);
      await driver.send('3:::one more').catch(() => undefined);
      await until(() => reasons.length > 0, 'the end');
      expect([reasons, messages.length]).to.deep.equal([['rate limit'], BURST]);
    });
  }

  it('lets a client send at the rate for ever', async () => {
    const { port, clock, messages, reasons } = await setUp({
      maxMessagesPerSecond: RATE,
      transportOptions: { websocket: { timeout: null } },
    });
    const driver = await new WebsocketDriver(port).open();
    await driver.send(framed(...texts(BURST)));
    await until(() => messages.length === BURST, 'the first messages');
    for (let second = 1; second <= 20; second++) {
      clock.tick(1000);
      // oxlint-disable eslint/no-await-in-loop -- one second after the other
      await driver.send(framed(...texts(RATE)));
      await until(() => messages.length === BURST + second * RATE, 'the messages of a second');
      // oxlint-enable eslint/no-await-in-loop
    }
    clock.tick(900);
    await driver.send(framed(...texts(RATE)));
    await until(() => reasons.length > 0, 'the end');
    expect(messages).to.have.length(BURST + 20 * RATE);
  });

  it('does not count heartbeats and acknowledgements', async () => {
    const { io, port, messages, reasons } = await setUp({
      delivery: true,
      maxMessagesPerSecond: 1,
    });
    const member = await openDelivering(port, 'websocket');
    for (let i = 0; i < 500; i++) io.broadcast(`message ${i}`);
    // oxlint-disable-next-line eslint/no-await-in-loop -- in order
    for (let i = 0; i < 500; i++) await member.hear(`message ${i}`);
    await member.say('mine');
    await until(() => messages.length === 1, 'the message');
    expect(reasons).to.deep.equal([]);
  });

  it('costs nothing when it is off', async () => {
    const { io } = await setUp({});
    expect(io._rates).to.equal(null);
  });
});

describe('maxBytesPerSecond', () => {
  it('counts bytes, not characters', async () => {
    const { port, messages, reasons } = await setUp({ maxBytesPerSecond: 1000 });
    const driver = await new WebsocketDriver(port).open();
    await driver.send(framed('é'.repeat(2500)));
    await until(() => messages.length === 1, 'five seconds of bytes');
    await driver.send(framed('x'));
    await until(() => reasons.length > 0, 'the end');
    expect([reasons, messages.length]).to.deep.equal([['rate limit'], 1]);
  });
});

describe('maxSessionsPerAddress with trustProxy', () => {
  it('counts the address that the proxy reports, not that of the proxy', async () => {
    const { port } = await setUp({ maxSessionsPerAddress: 2, trustProxy: 1 });
    const status = async (address: string): Promise<number> => {
      const headers = { 'X-Forwarded-For': `203.0.113.9, ${address}` };
      return (await request(port, '/socket.io/xhr-polling//1', { headers })).status;
    };
    const seen: number[] = [];
    for (const address of ['192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2', '2001:db8::1']) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      seen.push(await status(address));
    }
    expect(seen).to.deep.equal([200, 200, 429, 200, 200]);
  });
});
