/**
 * `socket.io-node/testing`: clients in memory for tests of an application. It does not open ports
 * or sockets, and only the test advances the clock.
 *
 * @example
 * const t = createTestServer();
 * io.listen(t.server).on('connection', (client) => client.send('welcome'));
 * const client = await t.connect();
 * assert.equal(await client.message(), 'welcome');
 * await t.close();
 * @module
 */
export { TestClient, type ConnectOptions } from './test-client.js';
export { TestClock } from './memory/clock.js';
export { TestConversation, type TestEvent } from './conversation.js';
export { TestError, type TestErrorCode } from './test-error.js';
export { createTestServer, TestServer } from './test-server.js';
export type { TestRequest, TestResponse } from './memory/http.js';
