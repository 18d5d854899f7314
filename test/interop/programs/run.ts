/**
 * Runs programs that are not packages of npm.
 *
 * @module
 */
import { execFile, spawnSync } from 'node:child_process';

const LIMIT_MS = 30_000;

/** Skips the suite, and reports it, if a program is not installed. */
export function skipUnlessInstalled(context: Mocha.Context, program: string, debian: string): void {
  if (spawnSync(program, ['--version']).error === undefined) return;
  process.stderr.write(`SKIPPED: ${program} is missing: apt-get install ${debian}\n`);
  context.skip();
}

/** The output of a program; rejects with all that it printed if its status is not 0. */
export function run(program: string, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { timeout: LIMIT_MS }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${program}: ${stdout}${stderr}`, { cause: error }));
      else resolve(stdout);
    });
  });
}
