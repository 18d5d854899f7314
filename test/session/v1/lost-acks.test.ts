import { expect } from 'chai';
import type { Client, EndpointClient } from '../../../lib/index.js';
import { Queue } from '../../support/queue.js';
import { serve, type Served } from '../../support/server.js';
import { newSession, poll, V1Client } from '../../support/v1.js';
import { until } from '../../support/wait.js';

const never = (_answer: unknown): void => {
  throw new Error('a callback without a timeout was called');
};

const LOST = ['ERR_SIO_NO_ANSWER', 'The session ended before an answer'];

/** A client with an endpoint, and the results of callbacks with a long timeout. */
async function inChat(): Promise<{
  readonly served: Served;
  readonly driver: V1Client;
  readonly client: Client;
  readonly member: EndpointClient;
  readonly results: Queue<unknown>;
  readonly ask: (of: Pick<Client, 'events'> | EndpointClient) => void;
}> {
  const served = await serve();
  served.io.of('/chat');
  const driver = await V1Client.open(served.port);
  driver.send('1::/chat');
  expect(await driver.next()).to.equal('1::/chat');
  const client = await served.client(driver.sessionId);
  await until(() => client.of('/chat') !== undefined, 'the client to join');
  const member = client.of('/chat') as EndpointClient;
  const results = new Queue<unknown>();
  const ask = ({ events }: { readonly events: Client['events'] }): void => {
    events.timeout(2_000_000).emit('ask', (error: Error & { readonly code: string }) => {
      results.push([error.code, error.message]);
    });
    events.emit('ask', never);
  };
  return { served, driver, client, member, results, ask };
}

describe('callbacks of acknowledgements', () => {
  it('with a timeout get an error after the end of the session; the others are dropped', async () => {
    const { client, member, results, ask } = await inChat();
    ask(client);
    ask(member);
    let endedFirst = false;
    client.on('disconnect', () => (endedFirst = results.length === 0));
    client.disconnect();
    expect(results.length).to.equal(0);
    expect(await results.next('an error')).to.deep.equal(LOST);
    expect(await results.next('an error')).to.deep.equal(LOST);
    expect(endedFirst).to.equal(true);
    expect(client.listener._timers.size).to.equal(0);
  });

  it('with a timeout get an error if the session has already ended', async () => {
    const { served, client, member, results, ask } = await inChat();
    const late = await served.client((await V1Client.open(served.port)).sessionId);
    client.events.emit('x');
    for (const one of [client, late]) one.disconnect();
    for (const one of [client, late, member]) {
      ask(one);
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      expect(await results.next('an error')).to.deep.equal(LOST);
    }
  });

  it('of an endpoint are dropped when the client leaves it; nothing more is sent to it', async () => {
    const { driver, client, member, results, ask } = await inChat();
    ask(member);
    expect(await driver.next()).to.match(/^5:1\+:\/chat:/);
    expect(await driver.next()).to.match(/^5:2\+:\/chat:/);
    driver.send('0::/chat');
    expect(await results.next('an error')).to.deep.equal(LOST);
    ask(member);
    expect(await results.next('an error')).to.deep.equal(LOST);
    driver.send('6::/chat:2+["late"]');
    client.events.emit('last');
    expect(await driver.next()).to.equal('5:::{"name":"last"}');
  });

  it('are not kept for volatile packets that were dropped', async () => {
    const served = await serve();
    const sessionId = await newSession(served.port);
    await poll(served.port, sessionId);
    const client = await served.client(sessionId);
    for (let i = 0; i <= 10_000; i++) client.events.volatile.emit('dropped', never);
    expect(client.disconnectReason).to.equal(null);
    client.events.emit('kept');
    expect((await poll(served.port, sessionId)).body).to.equal('5:::{"name":"kept"}');
  });
});
