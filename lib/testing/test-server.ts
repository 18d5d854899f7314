import type { Agent, RequestListener, Server } from 'node:http';
import { setServerDefaults } from '../options/server-defaults.js';
import { TestClock } from './memory/clock.js';
import { MemoryAgent, request, type TestRequest, type TestResponse } from './memory/http.js';
import { MemoryServer } from './memory/memory-server.js';
import { MemorySocket } from './memory/memory-socket.js';
import { Network } from './memory/network.js';
import { TestClient, type ConnectOptions } from './test-client.js';

const SERVER_PORT = 80;
const FIRST_CLIENT_PORT = 49_152;

/** A server for tests, with clients in memory and a clock. Created by {@link createTestServer}. */
export class TestServer {
  /** The HTTP server, for `io.listen` and for the application. It opens no port. */
  readonly server: Server;
  /** The time of the Listeners of {@link server}. */
  readonly clock: TestClock;
  /**
   * An agent for `http.request` whose connections are in memory: for `socket.io-node/client`, `ws`
   * and other clients. The host and the port of their URLs are ignored.
   */
  readonly agent: Agent;
  readonly #network: Network = new Network();
  readonly #server: MemoryServer;
  readonly #clients = new Set<TestClient>();
  #ports = FIRST_CLIENT_PORT;

  /** @internal */
  constructor(app?: RequestListener) {
    this.clock = new TestClock(this.#network);
    this.server = this.#server = new MemoryServer(app);
    setServerDefaults(this.server, { clock: this.clock, flashPolicyServer: false, log: false });
    this.agent = new MemoryAgent(() => this.#dial());
  }

  /**
   * Connects a client. Resolves when its session is open, and everything that the server sends at
   * once has arrived.
   *
   * @throws {TestError} `ERR_SIO_TEST_REFUSED` with `status` and `body` if the server refuses it.
   * @throws {TypeError} If an option is invalid.
   * @example const client = await t.connect({ protocol: '0.9', transport: 'xhr-polling' });
   */
  async connect(options: ConnectOptions = {}): Promise<TestClient> {
    const agent = new MemoryAgent(() => this.#dial(options.address));
    const client = await TestClient._open(this.#network, agent, options);
    this.#clients.add(client);
    return client;
  }

  /** Sends an HTTP request to the server; resolves with the whole response. */
  request(path: string, options?: TestRequest): Promise<TestResponse> {
    return request(this.agent, path, options);
  }

  /** Resolves when everything that is on its way has arrived and was handled. */
  settle(): Promise<void> {
    return this.#network.settle();
  }

  /** Drops all clients and closes the server. */
  async close(): Promise<void> {
    for (const client of this.#clients) if (client.isConnected) void client.drop();
    this.#clients.clear();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #dial(address = '127.0.0.1'): MemorySocket {
    const client = { address, port: this.#ports++ };
    const server = { address: '127.0.0.1', port: SERVER_PORT };
    const { near, far } = MemorySocket.pair(this.#network, this.clock, client, server);
    if (this.#server.isClosed) {
      const error = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      this.#network.post(() => near.destroy(error));
    } else {
      this.#server.accept(far);
    }
    return near;
  }
}

/**
 * Creates a server without a port, whose clients are in memory.
 *
 * A Listener on `server` uses its clock, writes no log and opens no policy server, unless its options
 * say otherwise.
 *
 * @param app handles the requests that are not for a Listener, as in `http.createServer`
 * @example
 * const t = createTestServer();
 * const listener = io.listen(t.server);
 * listener.on('connection', (client) => client.on('message', (text) => client.send(text)));
 * const client = await t.connect({ transport: 'xhr-polling' });
 * await client.send('hello');
 * assert.equal(await client.message(), 'hello');
 */
export function createTestServer(app?: RequestListener): TestServer {
  return new TestServer(app);
}
