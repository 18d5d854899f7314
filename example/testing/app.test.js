/*
 * The test suite of an application, with clients in memory: no port, no waiting.
 *
 *   npm ci && npm run build && node --test example/testing/app.test.js
 */
const assert = require('node:assert/strict');
const { afterEach, beforeEach, describe, it } = require('node:test');
const { createTestServer } = require('socket.io-node/testing');
const attach = require('./app.js');

const TRANSPORTS = {
  0.6: ['websocket', 'flashsocket', 'htmlfile', 'xhr-multipart', 'xhr-polling', 'jsonp-polling'],
  0.9: ['websocket', 'flashsocket', 'htmlfile', 'xhr-polling', 'jsonp-polling']
};
const headers = { Cookie: 'member=ada' };

let t, listener;

beforeEach(() => {
  t = createTestServer();
  listener = attach(t.server);
});
afterEach(() => t.close());

for (const [protocol, transports] of Object.entries(TRANSPORTS)) {
  for (const transport of transports) {
    describe(`a client of ${protocol} over ${transport}`, () => {
      const join = () => t.connect({ protocol, transport, headers });

      it('chats', async () => {
        const ada = await join();
        const grace = await t.connect({ headers: { Cookie: 'member=grace' } });
        assert.deepEqual(await ada.message(), { buffer: [] });
        assert.deepEqual(await ada.message(), { announcement: 'guest 2 connected' });
        await ada.send('hello');
        assert.deepEqual(grace.messages, [{ buffer: [] }, { message: ['guest 1', 'hello'] }]);
        assert.equal(ada.messages.length, 2);
      });

      it('reads what was said before', async () => {
        const ada = await join();
        await ada.send('one');
        await ada.send({ text: 'two', key: 'k' });
        const { messages } = await join();
        const buffer = [{ message: ['guest 1', 'one'] }, { message: ['guest 1', 'two', 'k'] }];
        assert.deepEqual(messages, [{ buffer }]);
      });

      it('is announced when its network is lost', async () => {
        const ada = await join();
        const grace = await t.connect({ headers });
        await ada.drop();
        await t.clock.advance(60_000);
        assert.deepEqual(grace.messages.at(-1), { announcement: 'guest 1 disconnected' });
      });

      it('stays for a minute of silence', async () => {
        const ada = await join();
        await t.clock.advance(60_000);
        assert.equal(ada.isConnected, true);
      });
    });
  }
}

it('refuses clients that are not members', async () => {
  const refused = { code: 'ERR_SIO_TEST_REFUSED', status: 401, body: 'Members only' };
  await assert.rejects(t.connect(), refused);
  await assert.rejects(t.connect({ headers: { Cookie: 'member=eve' } }), refused);
  assert.deepEqual(listener.clients, {});
});

it('accepts three sessions from one address', async () => {
  const options = { headers, address: '192.0.2.1' };
  for (let i = 0; i < 3; i++) await t.connect(options);
  await assert.rejects(t.connect(options), { status: 429 });
  await t.connect({ headers, address: '192.0.2.2' });
});

it('notices a client that is silent', async () => {
  await t.connect({ headers, answersHeartbeats: false });
  assert.equal(Object.keys(listener.clients).length, 1);
  await t.clock.advance(18_000);
  assert.deepEqual(listener.clients, {});
});
