/**
 * The server under soak, in a process of its own: sends numbered messages to every client,
 * counts those that come, and writes down on which connection each message left.
 *
 * @module
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, listen } from '../../lib/index.js';
import { BUILT_IN } from '../../lib/transports/index.js';
import { Tally, type Account, type Command, type Leg, type Reply } from './protocol.js';

const CLOSE_TIMEOUT_MS = 3000;
const TURN_MS = 100;
/** A client gets a message in one of so many turns. */
const TURNS_PER_MESSAGE = 10;
/** It gets some at once: those that a poll cannot take wait for the next one. */
const LONGEST_BURST = 4;

class Session {
  readonly client: Client;
  readonly tally: Tally = new Tally();
  readonly legs: Leg[] = [];
  readonly ports: Record<number, number> = {};
  sent = 0;
  reason: string | null = null;

  constructor(client: Client) {
    this.client = client;
  }

  /** One message more, now or when the client is back. */
  send(): void {
    const { client } = this;
    const epoch = client._open ? client.connections : client.connections + 1;
    if (this.legs.at(-1)?.epoch !== epoch) this.legs.push({ from: this.sent + 1, epoch });
    client.send(`n${++this.sent}`);
  }

  get account(): Account {
    const { client, tally, legs, ports, sent, reason } = this;
    return {
      sessionId: client.sessionId,
      sent,
      legs,
      ports,
      received: tally.highest,
      missing: [...tally.missing],
      outOfOrder: tally.outOfOrder,
      reason,
    };
  }
}

const sessions = new Map<Client, Session>();
const server = createServer();
const io = listen(server, {
  log: false,
  flashPolicyServer: false,
  transports: [...BUILT_IN.keys()],
  transportOptions: Object.fromEntries(
    [...BUILT_IN.keys()].map((name) => [name, { closeTimeout: CLOSE_TIMEOUT_MS, duration: 3000 }]),
  ),
});
let isQuiet = false;

function tell(reply: Reply): void {
  process.send?.(reply);
}

/** Each connection of a session is written down, which no event tells. */
const attach = Reflect.get(Client.prototype, '_attach') as (this: Client, by: object) => void;
Reflect.set(Client.prototype, '_attach', function patched(this: Client, connection: object) {
  const session = sessions.get(this) ?? new Session(this);
  sessions.set(this, session);
  const { socket } = connection as { socket: { remotePort?: number } };
  session.ports[this.connections + 1] = socket.remotePort ?? 0;
  Reflect.apply(attach, this, [connection]);
});

io.on('connection', (client) => {
  const session = sessions.get(client);
  client.on('message', (message) => {
    session?.tally.take(Number(String(message).slice(1)));
  });
  client.on('disconnect', (reason) => {
    sessions.delete(client);
    if (!session) return;
    session.reason = reason;
    tell({ kind: 'account', account: session.account });
  });
});

let turn = 0;
const sending = setInterval(() => {
  if (isQuiet) return;
  turn++;
  let at = 0;
  for (const session of sessions.values()) {
    if ((at++ + turn) % TURNS_PER_MESSAGE !== 0) continue;
    for (let burst = turn % LONGEST_BURST; burst >= 0; burst--) session.send();
  }
}, TURN_MS);

function figures(): void {
  (globalThis as { gc?: () => void }).gc?.();
  server.getConnections((_error, connections) => {
    tell({
      kind: 'figures',
      figures: {
        heap: process.memoryUsage().heapUsed,
        sessions: Object.keys(io.clients).length,
        timers: io._timers.size,
        handshakes: io._admission.handshakes,
        connections,
      },
    });
  });
}

process.on('message', (command: Command) => {
  switch (command) {
    case 'figures':
      figures();
      break;
    case 'quiet':
      isQuiet = true;
      break;
    case 'accounts':
      for (const session of sessions.values()) tell({ kind: 'account', account: session.account });
      tell({ kind: 'accounts' });
      break;
    case 'close':
      clearInterval(sending);
      io.close();
      server.close();
      server.closeAllConnections();
      process.disconnect();
  }
});

server.listen(0, '127.0.0.1', () => {
  tell({ kind: 'port', port: (server.address() as AddressInfo).port });
});
