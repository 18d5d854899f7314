/** The server under test, on a port that it keeps over restarts. */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server as HttpServer } from 'node:http';
import { Server as NetServer } from 'node:net';
import { listen, type Client, type Listener, type ListenerOptions } from '../../lib/index.js';
import { portOf } from '../support/raw-socket.js';

let policyServer: NetServer | undefined;

// Nobody but root may open port 843: it is opened somewhere else.
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
  /** Every session since the last start, in order. */
  clients: Client[] = [];
  /** What each session sent, and how many times it ended. */
  readonly messages: Map<Client, unknown[]> = new Map();
  readonly gone: Set<Client> = new Set();
  /** Set to send every message back. */
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

  /** The port that stands for 843 at the moment. */
  readonly policyPort = (): number | undefined =>
    policyServer?.listening === true ? portOf(policyServer) : undefined;

  /** Goes away as a killed process does. */
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
    client.on('disconnect', () => this.gone.add(client));
  }
}
