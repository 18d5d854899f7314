import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import { listen, type Client, type Listener, type ListenerOptions } from '../../lib/index.js';
import { eventually } from './eventually.js';
import { servePage } from './pages.js';

/** The record of one session on the server. */
export interface Session {
  readonly client: Client;
  readonly messages: unknown[];
  disconnectedAt: number | undefined;
}

/** Our server on an ephemeral port, with a record of its sessions. */
export class TestServer {
  readonly sessions: Session[] = [];
  /** If true, the server sends every message back. */
  echo = false;
  /** Called first for each new session. */
  onSession: (session: Session) => void = () => undefined;
  readonly #options: ListenerOptions;
  readonly #sockets: Set<Socket> = new Set();
  #http: Server | undefined;
  #io: Listener | undefined;
  #port = 0;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  static async start(options: ListenerOptions = {}): Promise<TestServer> {
    const server = new TestServer(options);
    await server.start();
    return server;
  }

  get io(): Listener {
    if (this.#io === undefined) throw new Error('Expected the server to be up');
    return this.#io;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const http = createServer(servePage);
    http.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#io = listen(http, { log: null, flashPolicyServer: false, ...this.#options });
    this.#io.on('connection', (client) => this.#onConnection(client));
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject);
      http.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#http = http;
    this.#port = (http.address() as AddressInfo).port;
  }

  /** Stops like a killed process: closes all connections at once. */
  async stop(): Promise<void> {
    const http = this.#http;
    this.#http = undefined;
    if (http === undefined) return;
    const closed = new Promise((resolve) => http.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Resolves with the session of that id. */
  async session(id: string): Promise<Session> {
    const find = (): Session | undefined =>
      this.sessions.find(({ client }) => client.sessionId === id);
    await eventually(`session ${id} on the server`, () => find() !== undefined);
    return find() as Session;
  }

  #onConnection(client: Client): void {
    const session: Session = { client, messages: [], disconnectedAt: undefined };
    this.sessions.push(session);
    client.on('message', (value) => {
      session.messages.push(value);
      if (this.echo) client.send(value);
    });
    client.on('disconnect', () => {
      session.disconnectedAt = performance.now();
    });
    this.onSession(session);
  }
}
