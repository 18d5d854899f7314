/**
 * Everything that can happen to a session.
 *
 * @module
 */
import type { Client } from '../../lib/index.js';
import type { Random } from '../soak/random.js';
import { createPeer, ENDPOINT, type Generation, type Peer, type Wire } from './peers/index.js';
import type { World } from './world.js';

/** How often a step is drawn, for all generations. */
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

/** The steps of 0.9 only. */
const WEIGHTS_09 = {
  endpoint: 3,
  endpointKick: 1,
  request: 2,
  answer: 2,
  ask: 2,
  change: 1,
} as const;

/** The steps of delivery only. */
const WEIGHTS_DELIVERY = { probe: 3, acknowledge: 3, drain: 1 } as const;

export type StepName =
  keyof typeof WEIGHTS | keyof typeof WEIGHTS_09 | keyof typeof WEIGHTS_DELIVERY;

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
    const peer = createPeer(world, world.setting.generation, a, b);
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
    if (!peer.wire || peer.isSocket || !world.isServing) return;
    // what is pipelined behind one waits with it
    if (world.setting.authorize === 'later') peer.isTracked = false;
    peer.handshakes(1 + (b % 3));
  }),
  /** An upgrade on a connection that may carry a poll or a stream. */
  upgrade: withPeer((peer, world) => {
    world.excuse(world.accountOf(peer));
    // what the application does with it afterwards is not ours
    if (world.isServing) peer.upgrade();
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
    const { pending } = world.application;
    pending.splice(a % (pending.length || 1), 1)[0]?.(b % 4 !== 0);
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
  endpoint: withPeer((peer, _world, b) => peer.act('endpoint', b)),
  /** The application removes a client from the endpoint. */
  endpointKick(world, a) {
    const { clients } = world.io.of(ENDPOINT);
    choose([...clients.values()], a)?.disconnect();
  },
  /** The client requests an acknowledgement of the application. */
  request: withPeer((peer, _world, b) => peer.act('request', b)),
  answer: withPeer((peer, _world, b) => peer.act('answer', b)),
  /** The application requests one of the client. */
  ask: withClient((client, world, b) => world.application.ask(client, b % 2 === 0)),
  /** The client continues on another transport. */
  change: withPeer((peer, world, b) => {
    world.excuse(world.accountOf(peer));
    peer.act('change', b);
  }),
  probe: withPeer((peer, _world, b) => peer.act('probe', b)),
  acknowledge: withPeer((peer, _world, b) => peer.act('acknowledge', b)),
  /** The Listener asks its clients to continue elsewhere. */
  drain(world, a, b) {
    if (a % 3 !== 0) return;
    world.isDraining = true;
    void world.io.close({ over: 100 * (1 + (b % 50)) });
  },
};

function lotsOf(weights: Readonly<Partial<Record<StepName, number>>>): readonly StepName[] {
  const names = Object.keys(weights) as StepName[];
  return names.flatMap((name) => Array<StepName>(weights[name] ?? 0).fill(name));
}

const LOTS: Readonly<Record<Generation, readonly StepName[]>> = {
  '0.6': lotsOf(WEIGHTS),
  '0.9': lotsOf({ ...WEIGHTS, ...WEIGHTS_09 }),
  delivery: lotsOf({ ...WEIGHTS, ...WEIGHTS_DELIVERY }),
};

export function drawSteps(random: Random, generation: Generation): Step[] {
  const lots = LOTS[generation];
  const first: Step = { name: 'connect', a: random.below(1000), b: random.below(1000) };
  const more = Array.from({ length: 5 + random.below(20) }, (): Step => ({
    name: lots[random.below(lots.length)] as StepName,
    a: random.below(1000),
    b: random.below(1000),
  }));
  return [first, ...more];
}

export function perform(world: World, { name, a, b }: Step): void {
  STEPS[name](world, a, b);
}
