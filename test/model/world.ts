/**
 * A server, its clients, and the time: all that a sequence of steps needs.
 *
 * @module
 */
import { createServer, type Server } from 'node:http';
import { listen, type Client, type Listener, type ListenerOptions } from '../../lib/index.js';
import { Network } from '../../lib/testing/memory/network.js';
import { ManualClock } from '../support/clock.js';
import type { Random } from '../soak/random.js';
import { Account } from './account.js';
import { Application } from './application.js';
import { TRANSPORTS, Wire, type Generation, type Peer } from './peers/index.js';

/** The options of one sequence, as few numbers as reproduce them. */
export interface Setting {
  readonly generation: Generation;
  readonly authorize: 'none' | 'later';
  readonly maxQueue: number;
  readonly maxBuffer: number;
  readonly maxSessions: number;
  readonly hasHeartbeats: boolean;
  readonly closeTimeout: number;
  /** How long a session with delivery is kept without a connection. */
  readonly window: number;
}

export function drawSetting(random: Random, generation: Generation): Setting {
  const pick = <T>(...values: readonly T[]): T => values[random.below(values.length)] as T;
  return {
    generation,
    authorize: pick('none', 'none', 'later'),
    maxQueue: pick(0, 5, 50),
    maxBuffer: pick(2000, 20_000),
    maxSessions: pick(0, 0, 3),
    hasHeartbeats: pick(true, true, false),
    closeTimeout: pick(0, 500, 8000),
    window: pick(0, 3000, 20_000),
  };
}

const TOKEN = /#(\d+);/g;
const HEARTBEAT_TIMEOUT_MS = 8000;
const HEARTBEAT_INTERVAL_MS = 10_000;
const POLL_MS = 20_000;

/** A connection of a client. */
interface Connection {
  readonly wire: Wire;
  readonly peer: Peer;
  /** Bytes that waited to be sent at the last check. */
  waiting: number;
}

/** The traffic between the ends of all connections. */
class CountedNetwork extends Network {
  traffic = 0;

  override touch(): void {
    this.traffic++;
    super.touch();
  }
}

export class World {
  readonly clock: ManualClock = new ManualClock();
  readonly server: Server = createServer((_request, response) => response.end('app'));
  readonly io: Listener;
  readonly setting: Setting;
  readonly application: Application = new Application(this);
  readonly peers: Peer[] = [];
  readonly accounts: Map<string, Account> = new Map();
  /** The connections of all clients. */
  readonly wires: Connection[] = [];
  /** How many sessions there had been when the Listener was closed; null before. */
  sessionsAtClose: number | null = null;
  /** True if the clients are asked to continue elsewhere. */
  isDraining = false;
  readonly #network = new CountedNetwork();
  #tokens = 0;
  #ids = 0;
  #ports = 0;

  constructor(setting: Setting) {
    this.setting = setting;
    this.io = listen(this.server, this.#options());
    this.application.serve(this.io, setting.authorize === 'later');
  }

  /** False once the Listener ends, at once or later. */
  get isServing(): boolean {
    return this.sessionsAtClose === null && !this.isDraining;
  }

  /** A connection of `peer` to the server. */
  dial(peer: Peer): Wire {
    const onWrite = (chunk: Buffer): void => this.#onWrite(peer, chunk);
    const wire = new Wire(this.#network, this.clock, ++this.#ports, onWrite);
    this.wires.push({ wire, peer, waiting: 0 });
    this.server.emit('connection', wire.socket);
    return wire;
  }

  /** A session begins. */
  openAccount(client: Client): Account {
    const peer = this.wires.find(({ wire }) => wire.socket === (client._socket as unknown))?.peer;
    if (!peer) throw new Error('A session on a connection that is not of the model');
    const account = new Account(client, peer);
    this.accounts.set(client.sessionId, account);
    return account;
  }

  /** The account of a peer's session, if that is or was there. */
  accountOf({ sessionId }: Peer): Account | undefined {
    return this.accounts.get(sessionId);
  }

  /** Sends a new token to a client, with as much padding. */
  sendToken(client: Client, padding = 0): void {
    const token = ++this.#tokens;
    const account = this.accounts.get(client.sessionId);
    if (account?.takes) account.sent.push(token);
    const isAtRisk = this.#isAtRisk(client);
    client.send(`#${token};${'x'.repeat(padding)}`);
    if (account && isAtRisk) account.excusedUpTo = token;
  }

  /** Broadcasts a new token, from a client or from the Listener. */
  broadcastToken(from?: Client): void {
    const token = ++this.#tokens;
    for (const client of Object.values(this.io.clients)) {
      const account = this.accounts.get(client.sessionId);
      if (!account?.takes || client === from) continue;
      account.sent.push(token);
      if (this.#isAtRisk(client)) account.excusedUpTo = token;
    }
    if (from) from.broadcast(`#${token};`);
    else this.io.broadcast(`#${token};`);
  }

  /** What was sent so far may be lost with the connection that carries it. */
  excuse(account: Account | undefined): void {
    if (account?.client._open) account.excusedUpTo = this.#tokens;
  }

  /** The connection of a session. */
  wireOf(client: Client): Wire | undefined {
    const socket: unknown = client._socket;
    return this.wires.find(({ wire }) => wire.socket === socket)?.wire;
  }

  /** Runs turns of the event loop until nothing happens any more. */
  async settle(): Promise<void> {
    for (let idle = 0, turns = 0; idle < 4 && turns < 500; turns++) {
      const before = this.#network.traffic;
      // oxlint-disable-next-line eslint/no-await-in-loop -- one turn after the other
      await new Promise(setImmediate);
      for (const peer of this.peers) peer.read();
      idle = this.#network.traffic === before ? idle + 1 : 0;
    }
  }

  /** True if what is sent to a client now may wait in a connection that does not move. */
  #isAtRisk(client: Client): boolean {
    return client._open && !this.wireOf(client)?.isHealthy;
  }

  #options(): ListenerOptions {
    const { setting } = this;
    const { closeTimeout, generation, hasHeartbeats } = setting;
    const timings = {
      timeout: hasHeartbeats ? HEARTBEAT_TIMEOUT_MS : null,
      heartbeatInterval: HEARTBEAT_INTERVAL_MS,
      closeTimeout,
      duration: POLL_MS,
    };
    return {
      clock: this.clock,
      log: false,
      flashPolicyServer: false,
      generateId: () => `sid${++this.#ids}z`,
      transports: TRANSPORTS,
      transportOptions: Object.fromEntries(TRANSPORTS.map((name) => [name, timings])),
      protocol1: {
        heartbeatTimeout: hasHeartbeats ? HEARTBEAT_TIMEOUT_MS : 0,
        heartbeatInterval: HEARTBEAT_INTERVAL_MS,
        closeTimeout,
        pollingDuration: POLL_MS,
      },
      maxQueue: setting.maxQueue,
      maxBuffer: setting.maxBuffer,
      maxSessions: setting.maxSessions,
      delivery: generation === 'delivery' && { window: setting.window },
      ...(setting.authorize === 'later' && {
        authorize: (_request: unknown, callback: (error: unknown, verdict?: boolean) => void) => {
          this.application.pending.push((isAllowed) => callback(null, isAllowed));
        },
      }),
    };
  }

  #onWrite(peer: Peer, chunk: Buffer): void {
    const account = this.accounts.get(peer.sessionId) ?? this.#accountByPeer(peer);
    if (!account) return;
    for (const [, token] of chunk.toString('latin1').matchAll(TOKEN)) {
      account.written.push(Number(token));
    }
  }

  /** A client that has not read its session id yet may be written to all the same. */
  #accountByPeer(peer: Peer): Account | undefined {
    return [...this.accounts.values()].findLast((account) => account.peer === peer);
  }
}
