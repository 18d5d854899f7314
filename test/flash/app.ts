/** The server under test, on a port that it keeps over restarts. */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server as HttpServer } from 'node:http';
import { Server as NetServer } from 'node:net';
import { listen, type Client, type Listener, type ListenerOptions } from '../../lib/index.js';
import { portOf } from '../support/tcp.js';

let policyServer: NetServer | undefined;

// Only root can listen on port 843, so the policy server listens on an ephemeral port instead.
// eslint-disable-next-line typescript/unbound-method -- called with its server below
const { listen: listenAnywhere } = NetServer.prototype;
NetServer.prototype.listen = function listenElsewhere(this: NetServer, ...args: unknown[]) {
  const isPolicy = args[0] === 843;
  Reflect.apply(listenAnywhere, this, isPolicy ? [0, '127.0.0.1'] : args);
  return isPolicy ? keepPolicyServer(this) : this;
};

function keepPolicyServer(server: NetServer): NetServer {
  policyServer = server;
  return server;
}

export class App {
  /** The sessions since the last start, in order. */
  clients: Client[] = [];
  /** The messages of each session. */
  readonly messages: Map<Client, unknown[]> = new Map();
  /** The sessions that have ended. */
  readonly disconnected: Set<Client> = new Set();
  /** If true, the server sends every message back. */
  echo = false;
  port = 0;
  #http: HttpServer | undefined;
  #io: Listener | undefined;

  async start(serve: RequestListener, options: ListenerOptions = {}): Promise<void> {
    this.clients = [];
    const http = createServer(serve);
    this.#http = http;
    this.#io = listen(http, { log: null, ...options });
    this.#io.on('connection', (client) => this.#onConnection(client));
    http.listen(this.port, '127.0.0.1');
    await once(http, 'listening');
    this.port = portOf(http);
    if (options.flashPolicyServer !== false && policyServer?.listening === false) {
      await once(policyServer, 'listening');
    }
  }

  /** The current port of the policy server. */
  readonly policyPort = (): number | undefined =>
    policyServer?.listening === true ? portOf(policyServer) : undefined;

  /** Stops like a killed process. */
  async stop(): Promise<void> {
    const http = this.#http;
    if (http === undefined) return;
    this.#http = undefined;
    const closed = once(http, 'close');
    http.close();
    this.#io?.close();
    http.closeAllConnections();
    for (const client of this.clients) client.connection?.destroy();
    await closed;
  }

  #onConnection(client: Client): void {
    const messages: unknown[] = [];
    this.clients.push(client);
    this.messages.set(client, messages);
    client.on('message', (message) => {
      messages.push(message);
      if (this.echo) client.send(message);
    });
    client.on('disconnect', () => this.disconnected.add(client));
  }
}
