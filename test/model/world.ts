/**
 * A server, its clients, and the time: all that a sequence of steps needs.
 *
 * @module
 */
import { createServer, type Server } from 'node:http';
import { listen, type Client, type Listener, type ListenerOptions } from '../../lib/index.js';
import { ManualClock } from '../support/clock.js';
import type { Random } from '../soak/random.js';
import { closeFrameOf, frameOf, KINDS, opening, postOf, type Kind } from './requests.js';
import { Wire } from './memory-socket.js';

/** The options of one sequence, as few numbers as reproduce them. */
export interface Setting {
  readonly authorize: 'none' | 'later';
  readonly maxQueue: number;
  readonly maxBuffer: number;
  readonly maxSessions: number;
  readonly hasHeartbeats: boolean;
  readonly closeTimeout: number;
}

export function drawSetting(random: Random): Setting {
  const pick = <T>(...values: readonly T[]): T => values[random.below(values.length)] as T;
  return {
    authorize: pick('none', 'none', 'later'),
    maxQueue: pick(0, 5, 50),
    maxBuffer: pick(2000, 20_000),
    maxSessions: pick(0, 0, 3),
    hasHeartbeats: pick(true, true, false),
    closeTimeout: pick(0, 500, 8000),
  };
}

/** Thrown by handlers of the model; it has to surface, and is not a violation. */
export class PlannedError extends Error {
  override readonly name = 'PlannedError';
}

/** One session as the server has it, and the messages that its client must still receive. */
export interface Account {
  readonly client: Client;
  readonly peer: Peer;
  /** Tokens that were sent to it, in order. */
  readonly sent: number[];
  /** Tokens that were written to its connections, in order. */
  readonly written: number[];
  /** Tokens up to this one may be lost: a connection broke that may have carried them. */
  excusedUpTo: number;
  /** Numbers of the messages that arrived, in order. */
  readonly received: number[];
  disconnects: number;
  clientDisconnects: number;
  /** The connection that the application has ended, which ends a session of HTTP. */
  kickedFrom: unknown;
}

const TOKEN = /#(\d+);/g;
const SESSION_ID = /sid(\d+)z/;
const HEARTBEAT = /~h~\d+/g;

/** One client: a session at most, and the connections it has opened. */
export class Peer {
  readonly kind: Kind;
  readonly world: World;
  readonly wires: Wire[] = [];
  /** Connections of its POSTs. */
  readonly postWires: Wire[] = [];
  sessionId = '';
  /** The number of the last message to the server. */
  sent = 0;
  /** Whether it answers heartbeats. */
  echoes: boolean;
  /**
   * False once it may have several sessions: the expected messages of each cannot be separated
   * then.
   */
  isTracked = true;
  /** The rest of a POST that was begun, and its connection. */
  unfinished: { readonly wire: Wire; readonly rest: Buffer } | null = null;
  /** Third keys that have not been sent. */
  #key3: Wire | null = null;
  #answered = 0;
  #lastPost: Buffer | null = null;

  constructor(world: World, kind: Kind, echoes: boolean) {
    this.world = world;
    this.kind = kind;
    this.echoes = echoes;
  }

  /** The connection that it opened last. */
  get wire(): Wire | undefined {
    return this.wires.at(-1);
  }

  /** Opens a connection: the first one, or another one for its session. */
  open(hasKey3 = true): void {
    if (this.sessionId === '' && this.wires.length > 0) this.isTracked = false;
    const wire = this.world.dial(this);
    this.wires.push(wire);
    this.#answered = 0;
    wire.send(opening(this.kind, this.sessionId));
    this.#key3 = this.kind.key3 ? wire : null;
    if (hasKey3) this.sendKey3();
  }

  sendKey3(): void {
    if (this.kind.key3) this.#key3?.send(this.kind.key3);
    this.#key3 = null;
  }

  /** Sends another poll on the same connection. */
  poll(): void {
    if (this.sessionId === '' || !this.wire || this.wire.isEnded) this.open();
    else this.wire.send(opening(this.kind, this.sessionId));
  }

  /** Sends messages, in one piece or begun only. */
  send(texts: readonly string[], isWhole: boolean): void {
    if (this.sessionId === '' || this.unfinished) return;
    const numbered = texts.map((text) => `u${++this.sent}:${text}`);
    const isSocket = this.kind.family === 'socket';
    const bytes = isSocket
      ? frameOf(this.kind, ...numbered)
      : postOf(this.kind, this.sessionId, numbered, `send/n${this.sent}`);
    if (!isSocket) this.#lastPost = bytes;
    const wire = isSocket ? this.wire : this.postWire();
    if (!wire) return;
    if (isWhole) {
      wire.send(bytes);
      return;
    }
    const cut = Math.ceil(bytes.length * 0.7);
    wire.send(bytes.subarray(0, cut));
    this.unfinished = { wire, rest: bytes.subarray(cut) };
  }

  /** The browser sends its last POST again, on another connection. */
  repeatPost(): void {
    if (this.#lastPost === null) return;
    const wire = this.world.dial(this);
    this.postWires.push(wire);
    wire.send(this.#lastPost);
  }

  finishSending(): void {
    this.unfinished?.wire.send(this.unfinished.rest);
    this.unfinished = null;
  }

  /** Sends its request to end the session. */
  sayGoodbye(): void {
    if (this.sessionId === '') return;
    if (this.kind.family !== 'socket') {
      this.postWire().send(postOf(this.kind, this.sessionId, [], 'close'));
      return;
    }
    const frame = closeFrameOf(this.kind);
    if (frame) this.wire?.send(frame);
    else this.wire?.finish();
  }

  /** Reads what has arrived: its session id, heartbeats. */
  read(): void {
    const { wire } = this;
    if (!wire) return;
    if (this.sessionId === '') this.sessionId = SESSION_ID.exec(wire.text)?.[0] ?? '';
    if (!this.echoes || this.sessionId === '') return;
    const heartbeats = wire.text.match(HEARTBEAT) ?? [];
    for (const heartbeat of heartbeats.slice(this.#answered)) {
      this.#answered++;
      if (this.kind.family === 'socket') {
        if (!this.unfinished) wire.send(frameOf(this.kind, heartbeat));
      } else this.postWire().send(postOf(this.kind, this.sessionId, [heartbeat]));
    }
  }

  get allWires(): readonly Wire[] {
    return [...this.wires, ...this.postWires];
  }

  private postWire(): Wire {
    const last = this.postWires.at(-1);
    if (last?.isHealthy && this.unfinished?.wire !== last) return last;
    const wire = this.world.dial(this);
    this.postWires.push(wire);
    return wire;
  }
}

export class World {
  readonly clock: ManualClock = new ManualClock();
  readonly server: Server = createServer((_request, response) => response.end('app'));
  readonly io: Listener;
  readonly setting: Setting;
  readonly peers: Peer[] = [];
  readonly accounts: Map<string, Account> = new Map();
  /** The connections of all clients. */
  readonly wires: { readonly wire: Wire; readonly peer: Peer }[] = [];
  /** Pending verdicts of `authorize`. */
  readonly verdicts: ((isAllowed: boolean) => void)[] = [];
  /** How many sessions there had been when the Listener was closed; null before. */
  sessionsAtClose: number | null = null;
  /** Counts what happens, to find out when nothing does any more. */
  #activity = 0;
  #tokens = 0;
  #ids = 0;
  #ports = 0;

  constructor(setting: Setting) {
    this.setting = setting;
    const timings = {
      timeout: setting.hasHeartbeats ? 8000 : null,
      heartbeatInterval: 10_000,
      closeTimeout: setting.closeTimeout,
      duration: 20_000,
    };
    const options: ListenerOptions = {
      clock: this.clock,
      log: false,
      flashPolicyServer: false,
      generateId: () => `sid${++this.#ids}z`,
      transports: [...new Set(KINDS.map(({ transport }) => transport))],
      transportOptions: Object.fromEntries(KINDS.map(({ transport }) => [transport, timings])),
      maxQueue: setting.maxQueue,
      maxBuffer: setting.maxBuffer,
      maxSessions: setting.maxSessions,
      ...(setting.authorize === 'later' && {
        authorize: (_request: unknown, callback: (error: unknown, verdict?: boolean) => void) => {
          this.verdicts.push((isAllowed) => callback(null, isAllowed));
        },
      }),
    };
    this.io = listen(this.server, options);
    this.io.on('connection', (client) => this.#onConnection(client));
    this.io.on('clientDisconnect', ({ sessionId }) => {
      const account = this.accounts.get(sessionId);
      if (account) account.clientDisconnects++;
    });
  }

  /** A connection of `peer` to the server. */
  dial(peer: Peer): Wire {
    const wire = new Wire(
      this.clock,
      ++this.#ports,
      () => this.#activity++,
      (chunk) => this.#onWrite(peer, chunk),
    );
    this.wires.push({ wire, peer });
    this.server.emit('connection', wire.socket);
    return wire;
  }

  /** The account of a peer's session, if that is or was there. */
  accountOf({ sessionId }: Peer): Account | undefined {
    return this.accounts.get(sessionId);
  }

  /** Sends a new token to a client, with as much padding. */
  sendToken(client: Client, padding = 0): void {
    const token = ++this.#tokens;
    const account = this.accounts.get(client.sessionId);
    if (client.connected) account?.sent.push(token);
    const isAtRisk = this.#isAtRisk(client);
    client.send(`#${token};${'x'.repeat(padding)}`);
    if (account && isAtRisk) account.excusedUpTo = token;
  }

  /** Broadcasts a new token, from a client or from the Listener. */
  broadcastToken(from?: Client): void {
    const token = ++this.#tokens;
    for (const client of Object.values(this.io.clients)) {
      const account = this.accounts.get(client.sessionId);
      if (!account || client === from) continue;
      account.sent.push(token);
      if (this.#isAtRisk(client)) account.excusedUpTo = token;
    }
    if (from) from.broadcast(`#${token};`);
    else this.io.broadcast(`#${token};`);
  }

  /** True if what is sent to a client now may wait in a connection that does not move. */
  #isAtRisk(client: Client): boolean {
    const socket: unknown = client._socket;
    return client._open && !this.wires.find(({ wire }) => wire.socket === socket)?.wire.isHealthy;
  }

  /** What was sent so far may be lost with the connection that carries it. */
  excuse(account: Account | undefined): void {
    if (account?.client._open) account.excusedUpTo = this.#tokens;
  }

  /** Runs turns of the event loop until nothing happens any more. */
  async settle(): Promise<void> {
    for (let idle = 0, turns = 0; idle < 4 && turns < 500; turns++) {
      const before = this.#activity;
      // oxlint-disable-next-line eslint/no-await-in-loop -- one turn after the other
      await new Promise(setImmediate);
      for (const peer of this.peers) peer.read();
      idle = this.#activity === before ? idle + 1 : 0;
    }
  }

  #onConnection(client: Client): void {
    const peer = this.wires.find(({ wire }) => wire.socket === (client._socket as unknown))?.peer;
    if (!peer) throw new Error('A session on a connection that is not of the model');
    this.accounts.set(client.sessionId, {
      client,
      peer,
      sent: [],
      written: [],
      excusedUpTo: 0,
      received: [],
      disconnects: 0,
      clientDisconnects: 0,
      kickedFrom: null,
    });
    client.on('disconnect', () => {
      const account = this.accounts.get(client.sessionId);
      if (account) account.disconnects++;
      client.broadcast('one left');
    });
    client.on('message', (message) => this.#onMessage(client, String(message)));
  }

  /** The application: executes the command in a message. */
  #onMessage(client: Client, message: string): void {
    const [, number, command] = /^u(\d+):(\w+)$/.exec(message) ?? [];
    const account = this.accounts.get(client.sessionId);
    account?.received.push(Number(number));
    if (command === 'echo') this.sendToken(client);
    else if (command === 'broadcast') this.broadcastToken(client);
    else if (command === 'leave') client.disconnect();
    else if (command === 'drop') {
      this.excuse(account);
      client.connection.end();
      if (account && !client.transport.endsWith('socket')) account.kickedFrom = client._socket;
    } else if (command === 'throw') throw new PlannedError('planned');
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
