import { expect } from 'chai';
import { AsyncLocalStorage } from 'node:async_hooks';
import { ManualClock } from '../support/clock.js';
import { VARIANTS, WebsocketDriver, XhrPollingDriver } from '../support/drivers/index.js';
import { framed } from '../support/payload.js';
import { serve } from '../support/server.js';
import { until } from '../support/wait.js';

describe('Client', () => {
  it('has a public id, random and not its session id', async () => {
    const { port, client: find } = await serve();
    const clients = [];
    for (let i = 0; i < 2; i++) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      const { sessionId } = await new XhrPollingDriver(port).open();
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      clients.push(await find(sessionId));
    }
    const [one, two] = clients;
    expect(one?.id).to.match(/^\d{38}$/);
    expect(one?.id).to.equal(one?.id);
    expect(new Set([one?.id, two?.id, one?.sessionId, two?.sessionId]).size).to.equal(4);
  });

  it('lets an application assign an id of its own, as it could in 0.6', async () => {
    const { port, client: find } = await serve();
    const client = await find((await new XhrPollingDriver(port).open()).sessionId);
    client.id = 'player 1';
    expect(client.id).to.equal('player 1');
  });

  it('has the duration of a poll in its options only if it polls', async () => {
    const { port, client: find } = await serve();
    for (const [Driver, duration] of [
      [WebsocketDriver, undefined],
      [XhrPollingDriver, 20_000],
    ] as const) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      const client = await find((await new Driver(port).open()).sessionId);
      expect(client.options.duration).to.equal(duration);
      expect('duration' in client.options).to.equal(duration !== undefined);
    }
  });

  it('ignores timings that are not numbers', async () => {
    const clock = new ManualClock();
    const { io, port, client: find } = await serve({ clock });
    const driver = await new XhrPollingDriver(port).open();
    const client = await find(driver.sessionId);
    Object.assign(client.options, { closeTimeout: 'soon', duration: Number.NaN });
    await until(() => client._open);
    clock.tick(20_020);
    await until(() => driver.emptyPolls > 0);
    await until(() => client._open);
    driver.drop();
    await until(() => !client._open);
    clock.tick(8020);
    expect(io.clients).to.deep.equal({});
  });
});

for (const variant of VARIANTS) {
  describe(`the async context of a client on ${variant.name}`, () => {
    it('is that of the request that opened the session, for every event', async () => {
      const users = new AsyncLocalStorage<string>();
      const clock = new ManualClock();
      const { transport } = variant.create(0);
      const timings = { closeTimeout: 1000, timeout: null };
      const { io, port, server } = await serve({
        clock,
        transportOptions: { [transport]: timings },
      });
      let number = 0;
      const emit = server.emit.bind(server) as (event: string, ...args: unknown[]) => boolean;
      server.emit = (event: string, ...args: unknown[]) =>
        event === 'request' || event === 'upgrade'
          ? users.run(`request ${++number}`, () => emit(event, ...args))
          : emit(event, ...args);
      const seen: unknown[][] = [];
      const see =
        (event: string): (() => void) =>
        () =>
          seen.push([event, users.getStore()]);
      io.on('connection', (client) => {
        see('connection')();
        client.on('message', see('message'));
        client.on('disconnect', see('disconnect'));
      });
      io.on('clientMessage', see('clientMessage'));
      io.on('clientDisconnect', see('clientDisconnect'));

      const driver = await variant.create(port).open();
      const other = await variant.create(port).open();
      const opening = seen.map(([, store]) => store);
      expect(new Set(opening).size).to.equal(2);
      seen.length = 0;
      await driver.send(framed('hello'));
      await until(() => seen.length === 2, 'the message');
      const client = io.clients[driver.sessionId];
      driver.drop();
      other.drop();
      await until(() => Object.values(io.clients).every((each) => !each._open), 'both to be away');
      clock.tick(1020);
      expect(client?.connected).to.equal(false);
      expect(seen.slice(0, 2)).to.deep.equal([
        ['message', opening[0]],
        ['clientMessage', opening[0]],
      ]);
      expect(seen.slice(2)).to.have.deep.members([
        ['disconnect', opening[0]],
        ['clientDisconnect', opening[0]],
        ['disconnect', opening[1]],
        ['clientDisconnect', opening[1]],
      ]);
    });
  });
}
