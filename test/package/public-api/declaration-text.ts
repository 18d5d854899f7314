/**
 * Reads the declarations that `tsc` writes: top-level statements, imports, exports. They have one
 * layout, so that lines and indents are enough.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { PACKAGE } from '../example.js';

/** A name of a file of declarations. `name` is `*` for all of the file. */
export interface Target {
  readonly file: string;
  readonly name: string;
}

/** One file of declarations, comments and internal members removed. */
export interface Declarations {
  /** What the file declares: overloads and merged interfaces are several texts. */
  readonly own: ReadonlyMap<string, readonly string[]>;
  /** Local names that come from other files of the package. */
  readonly imported: ReadonlyMap<string, Target>;
  /** What the file exports, by the exported name. */
  readonly exported: ReadonlyMap<string, Target>;
  /** Files all of whose exports it exports. */
  readonly stars: readonly string[];
}

const DECLARATION =
  /^(export )?(?:declare )?(?:abstract )?(?:class|interface|function|const|let|type|enum|namespace) (\w+)/;
const FROM = /^(import|export) (?:type )?(.*) from '([^']+)';$/s;

/** What a member is on: its line, deeper lines, and a closing bracket. */
const MEMBER = String.raw`[^\n]*\n(?:\1[ }][^\n]*\n)*`;
const INTERNAL = new RegExp(
  String.raw`^( *)/\*\*(?:(?!\*/)[^])*@internal(?:(?!\*/)[^])*\*/\s*${MEMBER}`,
  'gm',
);
const PRIVATE = new RegExp(String.raw`^( +)(?:#private|private )${MEMBER}`, 'gm');
/** In the clients, `_name` is private: the minifier renames it. */
const UNDERSCORED = new RegExp(String.raw`^( +)_\w+\b${MEMBER}`, 'gm');

/** Removes comments, private members, and members whose comment has `@internal`. */
function strip(file: string, source: string): string {
  const text = source
    .replaceAll(INTERNAL, '')
    .replaceAll(/^ *\/\*\*[\s\S]*?\*\/\n?/gm, '')
    .replaceAll(/^\s*\/\/.*\n/gm, '')
    .replaceAll(/\/\*\*? [\s\S]*?\*\/ ?/g, '')
    .replaceAll(PRIVATE, '');
  return file.startsWith('build/client/') ? text.replaceAll(UNDERSCORED, '') : text;
}

/** Top-level statements: the next one begins at the margin, unless that is a closing bracket. */
function statements(text: string): string[] {
  return text
    .replaceAll('"', "'")
    .split(/\n(?=[A-Za-z])/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/** The pairs of `{ a, type b as c }`: name and alias. */
function namesIn(clause: string): (readonly [string, string])[] {
  const [, list = ''] = /\{([^}]*)\}/.exec(clause) ?? [];
  const names = list.split(',').map((name) => name.trim().replace(/^type /, ''));
  return names
    .filter((name) => name !== '')
    .map((name) => {
      const [original = name, alias = original] = name.split(' as ');
      return [original, alias];
    });
}

/** The file of declarations that an import of another one names; `null` for packages. */
export function fileOf(from: string, name: string): string | null {
  if (!name.startsWith('.')) return null;
  return posix.join(posix.dirname(from), name).replace(/\.js$/, '.d.ts');
}

export function readDeclarations(file: string): Declarations {
  const path = join(PACKAGE, file);
  if (!existsSync(path)) throw new Error(`${file} is missing: npm run build`);
  const own = new Map<string, string[]>();
  const imported = new Map<string, Target>();
  const exported = new Map<string, Target>();
  const stars: string[] = [];
  for (const statement of statements(strip(file, readFileSync(path, 'utf8')))) {
    const [, verb, clause = '', module = ''] = FROM.exec(statement) ?? [];
    const from = fileOf(file, module);
    const [, isExported, name] = DECLARATION.exec(statement) ?? [];
    if (verb !== undefined) {
      if (from === null) continue;
      const all = /^\* as (\w+)$/.exec(clause)?.[1];
      const known = verb === 'import' ? imported : exported;
      if (all !== undefined) known.set(all, { file: from, name: '*' });
      else if (clause === '*') stars.push(from);
      else
        for (const [original, alias] of namesIn(clause))
          known.set(alias, { file: from, name: original });
    } else if (name !== undefined) {
      own.set(name, [...(own.get(name) ?? []), statement]);
      if (isExported !== undefined) exported.set(name, { file, name });
    } else if (statement.startsWith('export = ')) {
      exported.set('=', { file, name: statement.slice('export = '.length, -1) });
    } else {
      for (const [original, alias] of namesIn(statement)) {
        exported.set(alias, imported.get(original) ?? { file, name: original });
      }
    }
  }
  return { own, imported, exported, stars };
}
