import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TIMEOUT_MS } from '../support/wait.js';

export interface Traced {
  readonly spans: readonly unknown[];
  readonly messages: readonly unknown[];
}

/** Runs traced-app.ts with a recipe; returns what it prints. */
export async function spawnNode(recipe: string): Promise<Traced> {
  const file = join(__dirname, 'traced-app.js');
  const { stdout } = await promisify(execFile)(process.execPath, [file], {
    env: { ...process.env, RECIPE: recipe },
    timeout: TIMEOUT_MS,
  });
  return JSON.parse(stdout) as Traced;
}
