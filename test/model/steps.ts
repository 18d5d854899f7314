/**
 * Everything that can happen to a session.
 *
 * @module
 */
import type { Client } from '../../lib/index.js';
import type { Random } from '../soak/random.js';
import { HANDSHAKE } from '../support/frames.js';
import { requestBytes } from '../support/raw.js';
import type { Wire } from './memory-socket.js';
import { KINDS, opening } from './requests.js';
import { Peer, type World } from './world.js';

/** How often a step is drawn. */
const WEIGHTS = {
  connect: 5,
  key3: 1,
  resume: 3,
  poll: 6,
  pipeline: 2,
  handshakes: 1,
  upgrade: 2,
  message: 6,
  finishMessage: 2,
  repeatPost: 2,
  goodbye: 1,
  fin: 2,
  reset: 2,
  close: 2,
  stall: 2,
  unstall: 1,
  kick: 3,
  send: 6,
  flood: 3,
  sendAndKick: 2,
  broadcast: 2,
  verdict: 3,
  tick: 4,
  pause: 1,
  closeListener: 1,
} as const;

export type StepName = keyof typeof WEIGHTS;

/** One step; its numbers choose among what is there when it is done. */
export interface Step {
  readonly name: StepName;
  readonly a: number;
  readonly b: number;
}

type Act = (world: World, a: number, b: number) => void;

const COMMANDS = ['plain', 'echo', 'broadcast', 'leave', 'drop', 'throw'] as const;
const PAUSES_MS = [1, 100, 600, 2500, 9000, 21_000] as const;

/** How programs of 0.6 kicked a client, and how this one does. */
const KICKS: readonly ((client: Client) => unknown)[] = [
  (client) => client.disconnect(),
  (client) => client._onDisconnect(),
  (client) => client._onClose(),
  (client) => client.connection.end(),
  (client) => client.connection.destroy(),
  (client) => client.connection.destroySoon(),
  (client) => {
    client.connection.end();
    client._onDisconnect();
  },
];

/** These end the session on HTTP transports, also between two polls. */
const CONNECTION_END = 3;
const CONNECTION_DESTROY = 4;

function choose<T>(items: readonly T[], number: number): T | undefined {
  return items[items.length - 1 - (number % Math.min(items.length, 6))];
}

/** Kicks a client. */
function kick(client: Client, world: World, b: number): void {
  const account = world.accounts.get(client.sessionId);
  world.excuse(account);
  const way = b % KICKS.length;
  KICKS[way]?.(client);
  const ends = way === CONNECTION_END || way === CONNECTION_DESTROY;
  if (account && ends && !client.transport.endsWith('socket')) account.kickedFrom = client._socket;
}

/** Does something with a client, if there is one. */
function withPeer(act: (peer: Peer, world: World, b: number) => void): Act {
  return (world, a, b) => {
    const peer = choose(world.peers, a);
    if (peer) act(peer, world, b);
  };
}

/** Does something to a connection, which may lose what it carries. */
function withWire(act: (wire: Wire) => void): Act {
  return (world, a) => {
    const entry = choose(world.wires, a);
    if (!entry) return;
    world.excuse(world.accountOf(entry.peer));
    act(entry.wire);
  };
}

/** Does something with a session, if there is one. */
function withClient(act: (client: Client, world: World, b: number) => void): Act {
  return (world, a, b) => {
    const client = choose([...world.accounts.values()], a)?.client;
    if (client) act(client, world, b);
  };
}

const STEPS: Readonly<Record<StepName, Act>> = {
  connect(world, a, b) {
    const peer = new Peer(world, KINDS[a % KINDS.length] as (typeof KINDS)[number], b % 4 !== 0);
    world.peers.push(peer);
    peer.open(b % 5 !== 0);
  },
  key3: withPeer((peer) => peer.sendKey3()),
  resume: withPeer((peer, world) => {
    world.excuse(world.accountOf(peer));
    peer.open();
  }),
  poll: withPeer((peer) => {
    if (peer.kind.family === 'polling') peer.poll();
  }),
  /** Two polls in one packet. */
  pipeline: withPeer((peer) => {
    if (peer.kind.family !== 'polling') return;
    peer.poll();
    peer.poll();
  }),
  /** Handshakes in one packet, on a connection that may carry a poll already. */
  handshakes: withPeer((peer, world, b) => {
    // what the application does with them after close() is not ours
    if (!peer.wire || peer.kind.family === 'socket' || world.sessionsAtClose !== null) return;
    peer.isTracked = false;
    for (let i = 0; i <= b % 3; i++) peer.wire.send(opening(peer.kind, ''));
  }),
  /** An upgrade on a connection that may carry a poll or a stream. */
  upgrade: withPeer((peer, world) => {
    // what the application does with it afterwards is not ours
    if (world.sessionsAtClose !== null) return;
    peer.isTracked = false;
    peer.wire?.send(requestBytes('/socket.io/websocket', { headers: HANDSHAKE }));
  }),
  message: withPeer((peer, _world, b) => {
    const command = COMMANDS[b % COMMANDS.length] as string;
    peer.send(b % 4 === 0 ? ['plain', command, 'echo'] : [command], b % 7 !== 0);
  }),
  finishMessage: withPeer((peer) => peer.finishSending()),
  repeatPost: withPeer((peer) => peer.repeatPost()),
  goodbye: withPeer((peer, world) => {
    world.excuse(world.accountOf(peer));
    peer.sayGoodbye();
  }),
  fin: withWire((wire) => wire.finish()),
  reset: withWire((wire) => wire.reset()),
  close: withWire((wire) => wire.close()),
  stall: withWire((wire) => wire.stall()),
  unstall: withWire((wire) => wire.resume()),
  kick: withClient(kick),
  send: withClient((client, world, b) => {
    for (let i = 0; i <= b % 3; i++) world.sendToken(client, (b % 5) * 60);
  }),
  /** More than the limits allow a client that does not read. */
  flood: withClient((client, world, b) => {
    for (let i = 0; i < 30; i++) world.sendToken(client, (b % 5) * 200);
  }),
  /** Sends, kicks and sends again in one turn. */
  sendAndKick: withClient((client, world, b) => {
    for (let i = 0; i < b % 3; i++) world.sendToken(client);
    kick(client, world, b);
    for (let i = 0; i < b % 4; i++) world.sendToken(client);
  }),
  broadcast: withClient((client, world, b) => world.broadcastToken(b % 2 ? client : undefined)),
  verdict(world, a, b) {
    world.verdicts.splice(a % (world.verdicts.length || 1), 1)[0]?.(b % 4 !== 0);
  },
  tick: (world, a) => world.clock.tick(PAUSES_MS[a % PAUSES_MS.length] as number),
  /** The process does nothing for a while, then runs the timers that are due. */
  pause(world, a) {
    world.clock.stall(PAUSES_MS[a % PAUSES_MS.length] as number);
    world.clock.tick(0);
  },
  closeListener(world, a) {
    if (a % 4 !== 0) return;
    world.sessionsAtClose ??= world.accounts.size;
    world.io.close();
  },
};

const LOTS = (Object.keys(WEIGHTS) as StepName[]).flatMap((name) =>
  Array<StepName>(WEIGHTS[name]).fill(name),
);

export function drawSteps(random: Random): Step[] {
  const first: Step = { name: 'connect', a: random.below(1000), b: random.below(1000) };
  const more = Array.from({ length: 5 + random.below(20) }, (): Step => ({
    name: LOTS[random.below(LOTS.length)] as StepName,
    a: random.below(1000),
    b: random.below(1000),
  }));
  return [first, ...more];
}

export function perform(world: World, { name, a, b }: Step): void {
  STEPS[name](world, a, b);
}
