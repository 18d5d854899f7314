/**
 * The server of the soak with delivery, in a process of its own. `node server.js SECONDS` sends to
 * each client every so many seconds.
 *
 * @module
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Client, listen } from '../../../lib/index.js';
import { BUILT_IN } from '../../../lib/transports/index.js';
import { BACKLOG, expectMarks } from '../links.js';
import { Order } from './order.js';

const TURN_MS = 100;
const LONGEST_BURST = 4;
const TURNS_PER_BURST = Math.max(1, Math.round((Number(process.argv[2]) * 1000) / TURN_MS));

export interface ServerReport {
  readonly sent: number;
  readonly received: number;
  readonly doubled: number;
  readonly reordered: number;
  readonly missing: number;
  /** Messages that were named as lost. */
  readonly named: number;
  readonly unacknowledged: number;
  readonly sessions: number;
  readonly connections: number;
}

/** The end of a session. */
export interface SessionEnd {
  readonly sessionId: string;
  readonly transport: string;
  readonly reason: string;
}

/** What the server reports: its port, the end of a session, or the answer to `report`. */
export interface ServerMessage {
  readonly port?: number;
  readonly end?: SessionEnd;
  readonly report?: ServerReport;
}

function tell(message: ServerMessage): void {
  process.send?.(message);
}

const server = createServer();
expectMarks(server);
const io = listen(server, {
  log: false,
  flashPolicyServer: false,
  delivery: true,
  transports: [...BUILT_IN.keys()],
  transportOptions: Object.fromEntries(
    [...BUILT_IN.keys()].map((name) => [name, { duration: 3000 }]),
  ),
});

const sent = new Map<Client, number>();
/** What has arrived, by the number of the client, which is part of each message. */
const orders = new Map<string, Order>();
let named = 0;
let total = 0;
let sessions = 0;
let connections = 0;
let isQuiet = false;

io.on('connection', (client) => {
  sessions++;
  sent.set(client, 0);
  client.on('message', (message) => {
    const [name = '', number] = String(message).split('.');
    let order = orders.get(name);
    if (!order) orders.set(name, (order = new Order()));
    order.take(Number(number));
  });
  client.on('lost', (messages) => (named += messages.length));
  client.on('disconnect', (reason) => {
    sent.delete(client);
    connections += client.connections;
    tell({ end: { sessionId: client.sessionId, transport: client.transport, reason } });
  });
});

let turn = 0;
setInterval(() => {
  turn++;
  if (isQuiet) return;
  let at = 0;
  for (const [client, before] of sent) {
    if ((at++ + turn) % TURNS_PER_BURST !== 0) continue;
    let number = before;
    for (let burst = (at + turn) % LONGEST_BURST; burst >= 0; burst--) client.send(`n${++number}`);
    total += number - before;
    sent.set(client, number);
  }
}, TURN_MS);

function report(): ServerReport {
  const all = [...orders.values()];
  const sum = (of: (order: Order) => number): number => all.reduce((n, one) => n + of(one), 0);
  const clients = [...sent.keys()];
  return {
    sent: total,
    received: sum((order) => order.received),
    doubled: sum((order) => order.doubled),
    reordered: sum((order) => order.reordered),
    missing: sum((order) => order.missing),
    named,
    unacknowledged: clients.reduce((n, client) => n + client.unacknowledged(), 0),
    sessions,
    connections: clients.reduce((n, client) => n + client.connections, connections),
  };
}

// If the run is interrupted.
process.on('disconnect', () => process.exit());
process.on('message', (command) => {
  if (command === 'quiet') isQuiet = true;
  else if (command === 'report') tell({ report: report() });
  else process.exit();
});

server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG }, () => {
  tell({ port: (server.address() as AddressInfo).port });
});
