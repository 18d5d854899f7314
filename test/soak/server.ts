/**
 * The server under soak, in a process of its own: sends numbered messages to every client,
 * counts those that arrive, and records the connection of each message that it sends.
 *
 * As `node server.js SECONDS`, it sends to a client every so many seconds. With `attacks` as the second
 * argument, it does what the connections of attacker.ts need.
 *
 * @module
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Connection } from '../../lib/session/connection.js';
import { Client, listen, type AuthorizeCallback } from '../../lib/index.js';
import { BUILT_IN } from '../../lib/transports/index.js';
import { FLOOD, KICK, SLOW } from './attacker.js';
import { BACKLOG, expectMarks, linkOf } from './links.js';
import { watchLoad } from './load.js';
import { Tally, type Account, type Command, type Leg, type Reply } from './protocol.js';

const CLOSE_TIMEOUT_MS = 3000;
const TURN_MS = 100;
/** A client gets a message in one of this number of turns. */
const TURNS_PER_MESSAGE = Math.max(1, Math.round((Number(process.argv[2]) * 1000) / TURN_MS));
/** It gets some at once: those that a poll cannot take wait for the next one. */
const LONGEST_BURST = 4;
const IS_ATTACKED = process.argv[3] === 'attacks';
/** Of a handshake with `SLOW`. */
const AUTHORIZE_MS = 30;
const FLOOD_BYTES = 200_000;
const FLOODS = 10;

class Session {
  readonly client: Client;
  readonly received: Tally = new Tally();
  readonly written: Tally = new Tally();
  readonly legs: Leg[] = [];
  readonly #returned = new Set<number>();
  sent = 0;
  reason: string | null = null;

  constructor(client: Client) {
    this.client = client;
  }

  /** One message more, now or when the client is back. */
  send(): void {
    this.client.send(`n${++this.sent}`);
  }

  /** A connection has taken a payload. */
  left(payload: string, link: number): void {
    for (const [, digits] of payload.matchAll(/n(\d+)/g)) {
      const number = Number(digits);
      if (this.legs.at(-1)?.link !== link) this.legs.push({ from: number, link });
      if (!this.#returned.delete(number)) this.written.take(number);
    }
  }

  /** A connection that had taken a payload could not send it: it waits for the next one again. */
  returned(payload: string): void {
    for (const [, digits] of payload.matchAll(/n(\d+)/g)) this.#returned.add(Number(digits));
  }

  get account(): Account {
    const { client, received, written, legs, sent, reason } = this;
    const { sessionId } = client;
    return { sessionId, sent, written: written.count, legs, received: received.count, reason };
  }
}

const sessions = new Map<Client, Session>();
const server = createServer();
expectMarks(server);
const io = listen(server, {
  log: false,
  flashPolicyServer: false,
  protocol1: {
    heartbeatInterval: 10_000,
    heartbeatTimeout: 8000,
    closeTimeout: CLOSE_TIMEOUT_MS,
    pollingDuration: 3000,
  },
  ...(IS_ATTACKED && {
    authorize: (request: IncomingMessage, decide: AuthorizeCallback) => {
      if (request.url?.endsWith(SLOW)) setTimeout(() => decide(null, true), AUTHORIZE_MS);
      else decide(null, true);
    },
  }),
  transports: [...BUILT_IN.keys()],
  transportOptions: Object.fromEntries(
    [...BUILT_IN.keys()].map((name) => [name, { closeTimeout: CLOSE_TIMEOUT_MS, duration: 3000 }]),
  ),
});
let isQuiet = false;
const load = watchLoad();

function tell(reply: Reply): void {
  process.send?.(reply);
}

/** Records what each connection takes, for which there is no event. */
const attach = Reflect.get(Client.prototype, '_attach');
Reflect.set(Client.prototype, '_attach', function patched(this: Client, connection: Connection) {
  const session = sessions.get(this) ?? new Session(this);
  // one that ended while a third key was on its way does not begin again
  if (this.connections === 0) sessions.set(this, session);
  const link = linkOf(connection.socket);
  const write = connection.write.bind(connection);
  connection.write = (payload) => {
    const isTaken = write(payload);
    if (isTaken) session.left(payload, link);
    return isTaken;
  };
  Reflect.apply(attach, this, [connection]);
});

const requeue = Reflect.get(Client.prototype, '_requeue');
Reflect.set(Client.prototype, '_requeue', function patched(this: Client, ...args: unknown[]) {
  for (const payload of args[0] as readonly string[]) sessions.get(this)?.returned(payload);
  Reflect.apply(requeue, this, args);
});

io.on('connection', (client) => {
  const session = sessions.get(client);
  if (IS_ATTACKED && client.request.url?.endsWith(FLOOD)) {
    for (let i = 0; i < FLOODS; i++) client.send('x'.repeat(FLOOD_BYTES));
  }
  client.on('message', (message) => {
    if (message === KICK) client.connection.end();
    session?.received.take(Number(String(message).slice(1)));
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
    const round = Math.floor(turn / TURNS_PER_MESSAGE);
    for (let burst = (at + round) % LONGEST_BURST; burst >= 0; burst--) session.send();
  }
}, TURN_MS);

function figures(): void {
  (globalThis as { gc?: () => void }).gc?.();
  server.getConnections((_error, connections) => {
    tell({
      kind: 'figures',
      load: load(),
      figures: {
        heap: process.memoryUsage().heapUsed,
        sessions: Object.keys(io.clients).length,
        timers: io._timers.size,
        handshakes: io._limiter.handshakes,
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

server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG }, () => {
  tell({ kind: 'port', port: (server.address() as AddressInfo).port });
});
