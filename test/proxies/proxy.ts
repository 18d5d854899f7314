/**
 * Starts a proxy in front of servers, on a free port, and stops it.
 *
 * @module
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;

/** How a program is started with a configuration. */
export interface Program {
  readonly path: string;
  /** The Debian package that has it. */
  readonly debian: string;
  readonly args: (file: string, folder: string) => readonly string[];
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const isOpen = new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
  return isOpen.finally(() => socket.destroy());
}

/** A process that proxies; its files are in a folder of its own. */
export class RunningProxy {
  readonly #child: ChildProcess;
  readonly #folder: string;
  #output = '';

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data: Buffer) => (this.#output += data.toString()));
    }
  }

  /**
   * Starts a program; resolves when it accepts connections on `port`.
   *
   * @param configuration returns the text of the configuration; it may use the folder
   */
  static async start(
    { path, debian, args }: Program,
    port: number,
    configuration: (folder: string) => string,
  ): Promise<RunningProxy> {
    if (!existsSync(path)) throw new Error(`${path} is missing: apt-get install ${debian}`);
    const folder = mkdtempSync(join(tmpdir(), 'proxies-'));
    const file = join(folder, 'configuration');
    writeFileSync(file, configuration(folder));
    const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    const child = spawn(path, args(file, folder), { stdio: ['ignore', 'pipe', 'pipe'], env });
    const proxy = new RunningProxy(child, folder);
    while (!(await accepts(port))) {
      if (child.exitCode !== null) throw new Error(`${path} exited: ${proxy.#output}`);
      await delay(POLL_MS);
    }
    return proxy;
  }

  /** Ends the process; rejects with its output if it has exited before. */
  async stop(): Promise<void> {
    const child = this.#child;
    const hasExited = child.exitCode !== null || child.signalCode !== null;
    if (!hasExited) {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    }
    rmSync(this.#folder, { recursive: true, force: true });
    if (hasExited) throw new Error(`The proxy has exited: ${this.#output}`);
  }
}
