import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterThisTest } from '../support/cleanup.js';

const PACKAGE = join(__dirname, '..', '..', '..');

/** The folder of an application that has this package installed as `socket.io`. */
export function makeAppFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'socket.io-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(PACKAGE, join(folder, 'node_modules', 'socket.io'));
  return folder;
}

/** The `require` of such an application; its folder is removed after the test. */
export function requireOfApp(): NodeJS.Require {
  const folder = makeAppFolder();
  afterThisTest(() => rmSync(folder, { recursive: true }));
  return createRequire(join(folder, 'app.js'));
}
