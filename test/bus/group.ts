import cluster from 'node:cluster';
import { relay } from '../../lib/bus/index.js';
import { CuttableProxy } from './cuttable-proxy.js';
import {
  EngineServer,
  isInstalled,
  NATS,
  POSTGRES,
  REDIS,
  REDIS_CLUSTER,
  VALKEY,
  type EngineKind,
} from './engine-server.js';
import { Member } from './members.js';
import type { BusName } from './open-bus.js';

/** What can be done to the engine of a bus; a scenario that needs more is left out. */
export type Ability =
  /** It can be killed and started again. */
  | 'kill'
  /** It can be stopped by SIGSTOP. */
  | 'freeze'
  /** A proxy between it and one process can be cut. */
  | 'cut'
  /** Its client works before the first connection. */
  | 'absent';

interface Engine {
  /** Null for `node:cluster`, whose relay is in this process. */
  readonly kind: EngineKind | null;
  readonly abilities: readonly Ability[];
}

const ALL: readonly Ability[] = ['kill', 'freeze', 'cut', 'absent'];

export const ENGINES: Readonly<Record<BusName, Engine>> = {
  'redis, client redis': { kind: REDIS, abilities: ALL },
  'redis, client ioredis': { kind: REDIS, abilities: ALL },
  'valkey, client redis': { kind: VALKEY, abilities: ALL },
  'valkey, client ioredis': { kind: VALKEY, abilities: ALL },
  // Its clients connect to the addresses that the nodes announce, not to a proxy.
  'redis cluster, client redis': { kind: REDIS_CLUSTER, abilities: ['kill', 'freeze'] },
  'redis cluster, client ioredis': { kind: REDIS_CLUSTER, abilities: ['freeze'] },
  // `connect` resolves when it is connected.
  nats: { kind: NATS, abilities: ['kill', 'freeze', 'cut'] },
  postgres: { kind: POSTGRES, abilities: ALL },
  'adapter of Socket.IO 4 over redis': { kind: REDIS, abilities: ALL },
  'node:cluster': { kind: null, abilities: ['kill'] },
};

/** True if the engine can be started here. */
export const canStart = ({ kind }: Engine): boolean => kind === null || isInstalled(kind);

/** Two processes over one engine; the first one reaches it through a proxy. */
export class Group {
  readonly name: BusName;
  readonly abilities: readonly Ability[];
  readonly proxy: CuttableProxy;
  readonly #server: EngineServer | null;
  #endRelay: (() => void) | null = null;
  #members: readonly [Member, Member] | null = null;

  private constructor(name: BusName, server: EngineServer | null) {
    this.name = name;
    this.abilities = ENGINES[name].abilities;
    this.#server = server;
    this.proxy = new CuttableProxy(this.port);
  }

  static async start(name: BusName): Promise<Group> {
    const { kind } = ENGINES[name];
    const group = new Group(name, kind && (await EngineServer.start(kind)));
    await group.restart();
    const proxyPort = group.#server ? await group.proxy.listen() : 0;
    group.#members = [await Member.start(name, proxyPort), await Member.start(name, group.port)];
    return group;
  }

  get port(): number {
    return this.#server?.port ?? 0;
  }

  get a(): Member {
    return this.#members?.[0] as Member;
  }

  get b(): Member {
    return this.#members?.[1] as Member;
  }

  /**
   * Waits until the two processes have found each other and no other one, and clears their records.
   */
  async reset(): Promise<void> {
    this.thaw();
    this.proxy.mend();
    await this.restart();
    for (const member of [this.a, this.b]) {
      await member.until('sessions', (count) => count === 0);
      await member.until('peers', (count) => count === 1);
      await member.call('clearEvents');
    }
  }

  async kill(): Promise<void> {
    this.#endRelay?.();
    this.#endRelay = null;
    await this.#server?.kill();
  }

  async restart(): Promise<void> {
    if (this.#server) await this.#server.restart();
    else this.#endRelay ??= relay(cluster);
  }

  freeze(): void {
    this.#server?.freeze();
  }

  thaw(): void {
    this.#server?.thaw();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#members?.map((member) => member.kill()) ?? []);
    this.proxy.close();
    this.#endRelay?.();
    await this.#server?.stop();
  }
}
