/**
 * The package as a user installs it: packed, and installed in an empty folder.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PACKAGE } from './example.js';

const run = promisify(execFile);

/** The output of `npm pack --json`. */
export interface Packed {
  readonly filename: string;
  /** Bytes of the tarball. */
  readonly size: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** The start of programs is measured: they do not measure their coverage. */
const UNMEASURED = { ...process.env, NODE_V8_COVERAGE: '' };

export class Installed {
  readonly folder: string;
  readonly packed: Packed;

  private constructor(folder: string, packed: Packed) {
    this.folder = folder;
    this.packed = packed;
  }

  static async make(): Promise<Installed> {
    const folder = await mkdtemp(join(tmpdir(), 'socket.io-node-'));
    const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
    const [packed] = JSON.parse((await run('npm', pack, { cwd: PACKAGE })).stdout) as [Packed];
    await writeFile(join(folder, 'package.json'), '{ "private": true }');
    const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', packed.filename];
    await run('npm', install, { cwd: folder });
    // TypeScript programs for Node have these too
    await mkdir(join(folder, 'node_modules', '@types'), { recursive: true });
    for (const name of ['@types/node', 'undici-types']) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- two links
      await symlink(join(PACKAGE, 'node_modules', name), join(folder, 'node_modules', name));
    }
    return new Installed(folder, packed);
  }

  get tarball(): string {
    return join(this.folder, this.packed.filename);
  }

  /** The folder of the installed package. */
  get root(): string {
    return join(this.folder, 'node_modules', 'socket.io-node');
  }

  write(file: string, text: string): Promise<void> {
    return writeFile(join(this.folder, file), text);
  }

  /** Runs `node ARGUMENTS` in the folder; rejects with what it printed unless it exits with 0. */
  async node(...args: readonly string[]): Promise<string> {
    try {
      const { stdout } = await run(process.execPath, args, { cwd: this.folder, env: UNMEASURED });
      return stdout.trim();
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`node ${args.join(' ')}\n${stdout}${stderr}`, { cause: error });
    }
  }

  /** Runs a program of this project's devDependencies in the folder. */
  tool(script: string, ...args: readonly string[]): Promise<string> {
    return this.node(join(PACKAGE, 'node_modules', script), ...args);
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}
