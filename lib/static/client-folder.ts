/**
 * Finds the folder of this package, which contains the client files. It is not the parent of this
 * file if a bundler has put the server into one file.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Log } from '../util/log.js';

const NAME = 'socket.io-node';
const SCRIPT = join('build', 'client', 'socket.io.min.js');

/** The folder of this file; empty in a bundle of ES modules, which has no `__dirname`. */
const HERE = typeof __dirname === 'string' ? __dirname : '';

/**
 * The folder of the copy of this package that modules in `folder` import; empty if there is none.
 */
function resolveFrom(folder: string): string {
  try {
    return dirname(createRequire(join(folder, 'index.js')).resolve(`${NAME}/package.json`));
  } catch {
    return '';
  }
}

function hasFiles(folder: string): boolean {
  return folder !== '' && existsSync(join(folder, SCRIPT));
}

function find(): string | undefined {
  const own = HERE && join(HERE, '..', '..', '..');
  if (hasFiles(own)) return own;
  return [HERE, dirname(process.argv[1] ?? ''), process.cwd()].map(resolveFrom).find(hasFiles);
}

/** Cached, because it does not change. */
let found: string | undefined;

/** Returns the folder that contains the client files, or null if it does not exist. */
export function findClientFolder(): string | null {
  found ??= find();
  return found ?? null;
}

/** Logs an error if the client files do not exist, so that requests for them are not served. */
export function checkClientFolder(log: Log, resource: string): void {
  if (findClientFolder() !== null) return;
  log(
    `Cannot find the client files, so /${resource}/socket.io.js is not served. If the server is ` +
      `bundled, exclude ${NAME} from the bundle, or install it in node_modules beside the bundle.`,
  );
}
