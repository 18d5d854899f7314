import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { listen, type Client, type Listener, type ListenerOptions } from '../../lib/index.js';
import { afterThisTest } from './cleanup.js';
import { listening } from './tcp.js';
import { until } from './wait.js';

/** A server under test. */
export interface Served {
  readonly server: Server;
  readonly io: Listener;
  readonly port: number;
  /** The client with this session id, once it is there. */
  readonly client: (sessionId: string) => Promise<Client>;
}

/** Lets `server` listen on a free port of the loopback, until the test is over. */
export async function listenOnLoopback(server: Server): Promise<number> {
  const port = await listening(server);
  afterThisTest(async () => {
    server.closeAllConnections();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  });
  return port;
}

/** What the app answers to requests that are not ours, unless a test brings its own app. */
export const appListener: RequestListener = (_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': 3 });
  response.end('app');
};

/** Options of nearly every test: no log, no port 843. */
export const QUIET = { log: false, flashPolicyServer: false } as const;

/** A Listener on an HTTP server of its own; all of it is closed after the test. */
export async function serve(
  options: ListenerOptions = {},
  app: RequestListener = appListener,
): Promise<Served> {
  const server = createServer(app);
  const io = listen(server, { ...QUIET, ...options });
  const port = await listenOnLoopback(server);
  afterThisTest(() => io.close());
  async function client(sessionId: string): Promise<Client> {
    await until(() => sessionId in io.clients, `session ${sessionId}`);
    return io.clients[sessionId] as Client;
  }
  return { server, io, port, client };
}
