/**
 * Message engines of the tests' own: each on a free port, in a temporary folder.
 *
 * @module
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../support/tcp.js';

/** How long an engine may take to start: 60 seconds, in steps. */
const START_STEPS = 1200;
const STEP_MS = 50;
const POSTGRES_FOLDER = '/usr/lib/postgresql';

/** How an engine is started. */
export interface EngineKind {
  /** Its program; the tests are skipped if it is not installed. */
  readonly program: string;
  readonly arguments: (port: number, folder: string) => readonly string[];
  /** Makes its files, once. */
  readonly prepare?: (folder: string) => void;
  /** Called after each start. */
  readonly onStart?: (port: number) => Promise<void>;
  /** PostgreSQL does not run as root. */
  readonly user?: { uid: number; gid: number } | undefined;
}

const isRunnable = (program: string): boolean => spawnSync(program, ['--version']).status === 0;

/** The program of PostgreSQL, which Debian does not have in the PATH. */
function postgresProgram(name: string): string {
  if (!existsSync(POSTGRES_FOLDER)) return name;
  const [version = ''] = readdirSync(POSTGRES_FOLDER).toSorted().toReversed();
  return join(POSTGRES_FOLDER, version, 'bin', name);
}

const idOf = (option: string): number =>
  Number(spawnSync('id', [option, 'postgres'], { encoding: 'utf8' }).stdout);

function userOfPostgres(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return { uid: idOf('-u'), gid: idOf('-g') };
}

export const REDIS: EngineKind = {
  program: 'redis-server',
  arguments: (port, folder) => [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--dir',
    folder,
  ],
};

/** Debian has it in its backports: the tests are skipped without it. */
export const VALKEY: EngineKind = { ...REDIS, program: 'valkey-server' };

/** One node of Redis Cluster, which has all slots. */
export const REDIS_CLUSTER: EngineKind = {
  program: 'redis-server',
  arguments: (port, folder) => [
    ...REDIS.arguments(port, folder),
    '--cluster-enabled',
    'yes',
    '--cluster-announce-ip',
    '127.0.0.1',
  ],
  async onStart(port) {
    const socket = connect(port, '127.0.0.1');
    // After a restart, it has them already.
    socket.write('CLUSTER ADDSLOTSRANGE 0 16383\r\nCLUSTER INFO\r\n');
    for await (const data of socket) {
      if (String(data).includes('cluster_state:ok')) return;
      await delay(STEP_MS);
      socket.write('CLUSTER INFO\r\n');
    }
  },
};

export const NATS: EngineKind = {
  program: 'nats-server',
  arguments: (port) => ['-a', '127.0.0.1', '-p', String(port)],
};

const user = userOfPostgres();

export const POSTGRES: EngineKind = {
  program: postgresProgram('postgres'),
  user,
  prepare(folder) {
    const options = ['-D', join(folder, 'data'), '-U', 'test', '-A', 'trust', '--no-sync'];
    const { status, stderr } = spawnSync(
      postgresProgram('initdb'),
      [...options, '-E', 'UTF8', '--locale', 'C'],
      { encoding: 'utf8', ...user },
    );
    if (status !== 0) throw new Error(`initdb has failed: ${stderr}`);
  },
  arguments: (port, folder) => [
    '-D',
    join(folder, 'data'),
    '-p',
    String(port),
    '-h',
    '127.0.0.1',
    '-k',
    folder,
    '-F',
  ],
};

export const isInstalled = ({ program }: EngineKind): boolean => isRunnable(program);

/** The processes that a process has started, and those that these have started. */
function descendants(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(file)) return [];
  const children = readFileSync(file, 'utf8').split(' ').filter(Boolean).map(Number);
  return [...children, ...children.flatMap(descendants)];
}

const canConnect = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

export class EngineServer {
  readonly port: number;
  readonly #kind: EngineKind;
  readonly #folder = mkdtempSync(join(tmpdir(), 'socket.io-node-engine-'));
  #process: ChildProcess | null = null;

  private constructor(kind: EngineKind, port: number) {
    this.#kind = kind;
    this.port = port;
  }

  static async start(kind: EngineKind): Promise<EngineServer> {
    const server = new EngineServer(kind, await freePort());
    if (kind.user) chownSync(server.#folder, kind.user.uid, kind.user.gid);
    kind.prepare?.(server.#folder);
    await server.restart();
    return server;
  }

  /** Starts it, after `kill` on the same port. */
  async restart(): Promise<void> {
    for (let step = 0; step < START_STEPS; step++) {
      // PostgreSQL refuses to start while a process of the one before is still there.
      if (!this.#isRunning) this.#spawn();
      if (await canConnect(this.port)) {
        await this.#kind.onStart?.(this.port);
        return;
      }
      await delay(STEP_MS);
    }
    throw new Error(`${this.#kind.program} does not start`);
  }

  async kill(): Promise<void> {
    if (!this.#process || !this.#isRunning) return;
    const exited = new Promise((resolve) => this.#process?.once('exit', resolve));
    this.#signal('SIGKILL');
    await exited;
  }

  freeze(): void {
    this.#signal('SIGSTOP');
  }

  thaw(): void {
    this.#signal('SIGCONT');
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  get #isRunning(): boolean {
    return this.#process?.exitCode === null && this.#process.signalCode === null;
  }

  #spawn(): void {
    const { program, user: owner } = this.#kind;
    this.#process = spawn(program, this.#kind.arguments(this.port, this.#folder), {
      stdio: 'ignore',
      ...owner,
    });
  }

  #signal(name: NodeJS.Signals): void {
    const pid = this.#process?.pid;
    if (pid === undefined) return;
    // The first process must be stopped first: it would start others.
    for (const one of [pid, ...descendants(pid)]) {
      try {
        process.kill(one, name);
      } catch {
        // It has ended meanwhile.
      }
    }
  }
}
