/**
 * Packages of npm that are run as peers, but are not dependencies: they are old, or large.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const CACHE = process.env['PEER_CACHE'] ?? join(tmpdir(), 'socket.io-node-peers');
/** `npm` is stopped after this time; the hook of a test needs more. */
const INSTALL_MS = 60_000;
/** The time limit of a hook that installs a peer. */
export const PEER_TIMEOUT_MS: number = INSTALL_MS + 15_000;

// No install scripts: those of old packages compile code that no longer compiles.
const FLAGS = [
  '--ignore-scripts',
  '--omit=optional',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
];
const NETWORK = ['--fetch-retries=0', '--fetch-timeout=20000', '--prefer-offline'];

/** Installs a package into a folder of its own, unless an earlier run has; returns the folder. */
async function install(spec: string): Promise<string> {
  const folder = join(CACHE, spec);
  if (existsSync(folder)) return folder;
  mkdirSync(CACHE, { recursive: true });
  const made = mkdtempSync(join(CACHE, 'install-'));
  try {
    writeFileSync(join(made, 'package.json'), '{"private":true}');
    const options = { cwd: made, timeout: INSTALL_MS };
    await promisify(execFile)('npm', ['install', ...FLAGS, ...NETWORK, spec], options);
    renameSync(made, folder);
  } catch (error) {
    // Another run may have installed it meanwhile.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  return folder;
}

/**
 * The folder in whose `node_modules` a package is installed, `socket.io@0.9.19` for example. If it
 * cannot be fetched, skips the suite and reports it.
 */
export async function peerFolder(context: Mocha.Context, spec: string): Promise<string> {
  try {
    return await install(spec);
  } catch (error) {
    process.stderr.write(`SKIPPED: ${spec} cannot be installed: ${String(error)}\n`);
    return context.skip();
  }
}
