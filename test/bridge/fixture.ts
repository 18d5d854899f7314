import { createServer, type RequestListener, type Server as HttpServer } from 'node:http';
import {
  listen,
  type Bus,
  type Client,
  type Listener,
  type ListenerOptions,
} from '../../lib/index.js';
import {
  bridge,
  type Bridge,
  type BridgedClient,
  type BridgeOptions,
} from '../../lib/bridge/index.js';
import { afterThisTest } from '../support/cleanup.js';
import { Queue } from '../support/queue.js';
import { appListener, listenOnLoopback, QUIET } from '../support/server.js';
import { flushEventLoop } from '../support/wait.js';
import { OfficialDriver, OfficialServer, type Official } from './official.js';

export interface BridgedServer {
  readonly server: HttpServer;
  readonly io: Listener;
  readonly official: Official;
  readonly bridge: Bridge;
  readonly port: number;
  /** The clients of the Listener, in the order of `connection`. */
  readonly clients: Queue<Client>;
  /** Connects an official client; returns it and its client of the Listener. */
  readonly connect: (
    options?: object,
    version?: string,
  ) => Promise<readonly [OfficialDriver, BridgedClient]>;
}

export interface Setup {
  readonly listener?: ListenerOptions;
  /** The bus of the Listener, over the official server, which is made before it then. */
  readonly busOf?: (official: Official) => Bus;
  readonly official?: object;
  readonly bridge?: BridgeOptions;
  readonly order?: Order;
  readonly app?: RequestListener;
  readonly Server?: typeof OfficialServer;
  /** Called before there is a bridge. */
  readonly before?: (official: Official) => void;
}

/** Which of the two is on the HTTP server first; `bridge`: the official server is attached by it. */
export const ORDERS = ['official', 'listener', 'bridge'] as const;
export type Order = (typeof ORDERS)[number];

/** A Listener and an official server on one HTTP server; all of it is closed after the test. */
export async function serveBoth(setup: Setup = {}): Promise<BridgedServer> {
  const { order = 'listener', Server = OfficialServer } = setup;
  const server = createServer(setup.app ?? appListener);
  let early: Official | null = null;
  if (order === 'official') early = new Server(server, setup.official);
  else if (setup.busOf) early = new Server(setup.official);
  const bus = early && setup.busOf ? { bus: setup.busOf(early) } : {};
  const io = listen(server, { ...QUIET, ...setup.listener, ...bus });
  const official =
    early ??
    (order === 'listener' ? new Server(server, setup.official) : new Server(setup.official));
  setup.before?.(official);
  const joint = bridge(io, official, setup.bridge);
  const port = await listenOnLoopback(server);
  // `official.close()` closes the server too.
  afterThisTest(() => void official.close());
  afterThisTest(() => io.close());
  const clients = new Queue<Client>();
  io.on('connection', (client) => clients.push(client));
  const connect: BridgedServer['connect'] = async (options, version) => {
    const driver = await new OfficialDriver(port, options, version).open();
    return [driver, (await clients.next('a client of the Listener')) as BridgedClient];
  };
  return { server, io, official, bridge: joint, port, clients, connect };
}

/** Lets what was sent arrive at all clients: a promise of what did NOT arrive can be checked then. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await flushEventLoop();
}
