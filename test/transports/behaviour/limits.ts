import { expect } from 'chai';
import type { DisconnectReason } from '../../../lib/index.js';
import {
  HixieDriver,
  HttpDriver,
  WebsocketDriver,
  type Variant,
} from '../../support/drivers/index.js';
import { framed } from '../../support/payload.js';
import { until } from '../../support/wait.js';
import { away, setUp, type Fixture } from './fixture.js';
import { form } from '../../support/raw.js';

/** More than the padding that htmlfile begins with. */
const LIMIT = 4000;

interface Outcome {
  readonly fixture: Fixture;
  readonly codes: string[];
  readonly messages: unknown[];
  readonly reasons: DisconnectReason[];
}

async function setUpAndRecord(variant: Variant, options: object): Promise<Outcome> {
  const fixture = await setUp(variant, { ...options });
  const codes: string[] = [];
  const messages: unknown[] = [];
  const reasons: DisconnectReason[] = [];
  fixture.io.on('refused', ({ code }) => codes.push(code));
  fixture.io.on('clientMessage', (message) => messages.push(message));
  fixture.io.on('clientDisconnect', (_client, reason) => reasons.push(reason));
  return { fixture, codes, messages, reasons };
}

/** What is too much is refused over HTTP, where the session lives on, and ends it on a socket. */
async function expectTooMuch(outcome: Outcome, payload: string): Promise<void> {
  const { fixture, codes, messages, reasons } = outcome;
  const [driver, client] = await fixture.join();
  if (driver instanceof HttpDriver) {
    const { status } = await driver.post(payload);
    expect(status).to.equal(413);
    expect(codes).to.deep.equal(['ERR_SIO_TOO_LARGE']);
    client.send('still here');
    expect(await driver.next()).to.equal('still here');
  } else {
    await driver.send(payload);
    if (driver instanceof WebsocketDriver) expect(await driver.closeCode()).to.equal(1009);
    if (driver instanceof HixieDriver) await driver.raw.ended();
    expect(reasons).to.deep.equal(['protocol error']);
    expect(client.connected).to.equal(false);
  }
  expect(messages).to.deep.equal([]);
}

export function describeLimits(variant: Variant): void {
  describe('limits', () => {
    it('enforces maxPayload to the byte', async () => {
      const outcome = await setUpAndRecord(variant, { maxPayload: LIMIT });
      const [driver] = await outcome.fixture.join();
      // over HTTP the limit is that of the body
      const size = (text: string): number =>
        (driver instanceof HttpDriver ? form(framed(text)) : framed(text)).length;
      let most = '';
      while (size(most) < LIMIT) most += 'x';
      await driver.send(framed(most));
      await until(() => outcome.messages.length === 1, 'the message');
      expect(outcome.messages).to.deep.equal([most]);
      outcome.messages.length = 0;
      await expectTooMuch(outcome, framed(most + 'x'));
    });

    it('delivers all messages of a payload within maxMessages, or none', async () => {
      const outcome = await setUpAndRecord(variant, { maxMessages: 3 });
      const [driver] = await outcome.fixture.join();
      await driver.send(framed('a', 'b', 'c'));
      await until(() => outcome.messages.length === 3, 'the messages');
      outcome.messages.length = 0;
      await expectTooMuch(outcome, framed('a', 'b', 'c', 'd'));
    });

    it('treats 0 as unlimited', async () => {
      const outcome = await setUpAndRecord(variant, {
        maxPayload: 0,
        maxMessages: 0,
        maxBuffer: 0,
        maxQueue: 0,
      });
      const [driver, client] = await outcome.fixture.join();
      const texts = Array.from({ length: 12_000 }, (_, i) => String(i));
      await driver.send(framed(...texts));
      await until(() => outcome.messages.length === texts.length, 'the messages');
      driver.drop();
      await away(client);
      for (const text of texts) client.send(text);
      await driver.resume();
      expect(await driver.nextPayload()).to.equal(framed(...texts));
    });

    it('ends a session whose queue exceeds maxQueue', async () => {
      const { fixture, reasons } = await setUpAndRecord(variant, { maxQueue: 5 });
      const [driver, client] = await fixture.join();
      driver.drop();
      await away(client);
      for (let i = 0; i < 5; i++) client.send(i);
      expect(client.connected).to.equal(true);
      client.send('one too many');
      // after the send that was too much, not inside it
      expect(client.connected).to.equal(true);
      await until(() => !client.connected, 'the end');
      expect(reasons).to.deep.equal(['queue overflow']);
    });

    it('ends a session whose queue exceeds maxBuffer', async () => {
      const { fixture, reasons } = await setUpAndRecord(variant, { maxBuffer: LIMIT });
      const [driver, client] = await fixture.join();
      driver.drop();
      await away(client);
      client.send('x'.repeat(LIMIT - 20));
      expect(client.connected).to.equal(true);
      fixture.io.broadcast('x'.repeat(20));
      // after the send that was too much, not inside it
      expect(client.connected).to.equal(true);
      await until(() => !client.connected, 'the end');
      expect(reasons).to.deep.equal(['queue overflow']);
    });
  });
}
