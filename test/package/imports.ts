/**
 * Reads which files of this repository import which, without a parser: every form is a regular expression.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { PACKAGE } from './example.js';

/** One import. Paths are relative to the package, with slashes. */
export interface Import {
  readonly from: string;
  /** A file of the package, or the name of a module. */
  readonly to: string;
  /** True if nothing of it is left in the JavaScript. */
  readonly isType: boolean;
}

/** `import … from '…'`, `export … from '…'`, `import '…'`; always at the start of a line. */
const STATEMENT = /^(?:import|export)\b(?: (type)\b)?((?:[^'";]*?\bfrom)?\s*)'([^']+)'/gm;
/** `import('…')`, `typeof import('…')`, `require('…')`; a type if `typeof` precedes or `.Name` follows. */
const CALL = /(typeof )?\b(?:import|require)\('([^']+)'\)(\.[A-Z])?/g;

/** True for `{ type A, type B }`. */
function namesTypesOnly(clause: string): boolean {
  const [, names] = /^\s*\{([^}]*)\}\s*from\s*$/.exec(clause) ?? [];
  if (names === undefined) return false;
  const parts = names.split(',').map((name) => name.trim());
  return parts.every((name) => name === '' || name.startsWith('type '));
}

function resolve(from: string, name: string): string {
  if (!name.startsWith('.')) return name;
  return posix.join(posix.dirname(from), name).replace(/\.js$/, '.ts');
}

/** The imports in the text of a file; comments, whose lines begin with a mark, do not count. */
export function importsIn(from: string, source: string): Import[] {
  const text = source.replaceAll(/^\s*(?:\*|\/\*|\/\/).*$/gm, '');
  const statements = [...text.matchAll(STATEMENT)].map(([, type, clause = '', name = '']) => ({
    from,
    to: resolve(from, name),
    isType: type !== undefined || namesTypesOnly(clause),
  }));
  const calls = [...text.matchAll(CALL)].map(([, typeOf, name = '', member]) => ({
    from,
    to: resolve(from, name),
    isType: typeOf !== undefined || member !== undefined,
  }));
  return [...statements, ...calls];
}

/** All files below a folder of the package. */
export function filesIn(folder: string): string[] {
  return readdirSync(join(PACKAGE, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => path.slice(PACKAGE.length + 1).replaceAll('\\', '/'))
    .toSorted();
}

export function importsOf(file: string): Import[] {
  return importsIn(file, readFileSync(join(PACKAGE, file), 'utf8'));
}
