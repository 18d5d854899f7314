/**
 * Resets at the steps that only sessions with delivery have.
 *
 * @module
 */
import { expect } from 'chai';
import { PROBED } from '../../model/peers/kinds.js';
import { connectTo, frameOf } from '../../model/peers/requests.js';
import { framed } from '../../support/payload.js';
import { RawSocket } from '../../support/raw.js';
import { flushEventLoop, until } from '../../support/wait.js';
import { DELIVERING } from './dialects.js';
import { Path, RESETS, type Joined } from './path.js';

/** Opens a WebSocket beside the connection of a session; resolves when it works. */
async function openProbe(path: Path, { client }: Joined): Promise<RawSocket> {
  const { sessionId, key, attempt } = path.known(client.sessionId);
  const raw = await RawSocket.connect(path.served.port);
  const place = `c=${attempt + 1}&a=0&k=${key}&p=1&t=1`;
  raw.write(connectTo(PROBED, `/socket.io/${PROBED.transport}/${sessionId}/${place}`));
  await raw.bytes.readThrough('~h~p');
  return raw;
}

const MOVE = frameOf(PROBED, framed('~h~u0'));

for (const dialect of DELIVERING) {
  for (const reset of RESETS) {
    describe(`a session on ${dialect.name} whose connection is reset ${reset}`, () => {
      it('names in `lost` what was not acknowledged, once the window is over', async () => {
        const path = await Path.create(dialect, reset);
        const { raw, client } = await path.join();
        const lost: unknown[] = [];
        client.on('lost', (messages) => lost.push(...messages));
        client.send('one');
        path.kill(raw);
        client.send('two').send({ three: 3 });
        await path.expectNothingLeft();
        expect(lost).to.deep.equal(['one', 'two', { three: 3 }]);
      });

      it('sends again what was not acknowledged, however often it is reset', async () => {
        const path = await Path.create(dialect, reset);
        const { raw, client } = await path.join();
        client.send('one');
        path.kill(raw);
        client.send('two');
        for (let i = 0; i < 3; i++) {
          // oxlint-disable eslint/no-await-in-loop -- one connection after the other
          const next = await path.redial(client.sessionId);
          await next.bytes.readThrough('~h~a0:0');
          await next.bytes.readThrough('~m~3~m~one~m~3~m~two');
          path.kill(next);
          // oxlint-enable eslint/no-await-in-loop
        }
        expect(client.unacknowledged()).to.equal(2);
        await path.expectNothingLeft();
      });

      for (const target of ['the connection', 'the probe', 'both'] as const) {
        it(`while a probe is open (${target}) leaves nothing`, async () => {
          const path = await Path.create(dialect, reset);
          const joined = await path.join();
          const probe = await openProbe(path, joined);
          if (target !== 'the probe') path.kill(joined.raw);
          if (target !== 'the connection') path.kill(probe);
          joined.client.send('one');
          await path.expectNothingLeft();
        });

        it(`as the client moves to a probe (${target}) leaves nothing`, async () => {
          const path = await Path.create(dialect, reset);
          const joined = await path.join();
          const probe = await openProbe(path, joined);
          joined.client.send('one');
          probe.write(MOVE);
          if (target === 'the probe') await flushEventLoop(1);
          if (target !== 'the probe') path.kill(joined.raw);
          if (target !== 'the connection') path.kill(probe);
          joined.client.send('two');
          await path.expectNothingLeft();
        });
      }

      it('continues on a probe after the reset of the connection before it', async () => {
        const path = await Path.create(dialect, reset);
        const joined = await path.join();
        const probe = await openProbe(path, joined);
        joined.client.send('one');
        probe.write(MOVE);
        await until(() => joined.client.transport === 'websocket', 'the move');
        await probe.bytes.readThrough('one');
        path.kill(joined.raw);
        await flushEventLoop();
        joined.client.send('two');
        await probe.bytes.readThrough('two');
        path.kill(probe);
        await path.expectNothingLeft();
      });
    });
  }
}
