/**
 * The public API as text: every name that a module path of package.json exports, and every
 * declaration that its types lead to. `npm run api` writes it to `api.txt`, and a test compares.
 *
 * @module
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileOf, readDeclarations, type Declarations, type Target } from './declaration-text.js';
import { PACKAGE } from '../example.js';

export const SNAPSHOT: string = join(PACKAGE, 'test', 'package', 'public-api', 'api.txt');

type Entry = string | { readonly types: string };

/** Module paths by the file of their types; `*` becomes each file that there is. */
function entries(): Map<string, string[]> {
  const { exports } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as {
    exports: Readonly<Record<string, Entry>>;
  };
  const paths = new Map<string, string[]>();
  const add = (file: string, path: string): unknown =>
    paths.set(file, [...(paths.get(file) ?? []), path.replace('.', 'socket.io-node')]);
  for (const [path, entry] of Object.entries(exports)) {
    if (typeof entry === 'string') continue;
    const types = entry.types.slice(2);
    const [folder = '', rest] = types.split('*');
    if (rest === undefined) {
      add(types, path);
      continue;
    }
    for (const file of readdirSync(join(PACKAGE, folder)).toSorted()) {
      if (file.endsWith(rest)) add(folder + file, path.replace('*', file.slice(0, -rest.length)));
    }
  }
  return paths;
}

class Reader {
  readonly #files = new Map<string, Declarations>();
  /** The texts of each declaration that was reached, by file and name. */
  readonly #reached = new Map<string, readonly string[]>();

  #read(file: string): Declarations {
    const known = this.#files.get(file) ?? readDeclarations(file);
    this.#files.set(file, known);
    return known;
  }

  /** Where a name of a file is declared, through all re-exports. */
  #resolve({ file, name }: Target): Target | null {
    const { own, imported, exported, stars } = this.#read(file);
    if (own.has(name)) return { file, name };
    const target = imported.get(name) ?? exported.get(name);
    if (target !== undefined) return this.#resolve(target);
    for (const star of stars) {
      const found = this.#resolve({ file: star, name });
      if (found !== null) return found;
    }
    return null;
  }

  /** Collects what `target` is declared as, and what that leads to. */
  #reach(target: Target): void {
    if (target.name === '*') {
      for (const name of this.namesOf(target.file)) this.#reach({ file: target.file, name });
      return;
    }
    const found = this.#resolve(target);
    if (found === null) throw new Error(`${target.file} has no declaration of ${target.name}`);
    const { file, name } = found;
    const key = `${file} ${name}`;
    if (this.#reached.has(key)) return;
    const { own, imported } = this.#read(file);
    const texts = own.get(name) ?? [];
    this.#reached.set(key, texts);
    for (const text of texts) {
      for (const [, inline = '', member = ''] of text.matchAll(/import\('(\.[^']+)'\)\.(\w+)/g)) {
        this.#reach({ file: fileOf(file, inline) ?? file, name: member });
      }
      for (const [word] of text.matchAll(/\w+/g)) {
        const local = own.has(word) ? { file, name: word } : imported.get(word);
        if (local !== undefined) this.#reach(local);
      }
    }
  }

  /** The exported names of a file, sorted; collects their declarations. */
  namesOf(file: string): string[] {
    const { exported, stars } = this.#read(file);
    for (const target of exported.values()) this.#reach(target);
    return [...exported.keys(), ...stars.flatMap((star) => this.namesOf(star))].toSorted();
  }

  /** All declarations that were reached, a paragraph each, by file and name. */
  paragraphs(): string[] {
    return [...this.#reached]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([key, texts]) => `// ${key.split(' ')[0]?.slice('build/'.length)}\n${texts.join('\n')}`,
      );
  }
}

/** The public API as text, in paragraphs. */
export function api(): string {
  const reader = new Reader();
  const lists = [...entries()].map(([file, paths]) => {
    const names = reader.namesOf(file).join(', ');
    return `${paths.join('\n')}\n    ${names}`;
  });
  return `${[...lists, ...reader.paragraphs()].join('\n\n')}\n`;
}

/** The heads of some paragraphs, and those of their lines that no other paragraph has, marked. */
function marked(mark: string, own: readonly string[], other: readonly string[]): string[] {
  const shared = new Set(other.flatMap((paragraph) => paragraph.split('\n').slice(1)));
  return own.flatMap((paragraph) => {
    const [head = '', ...lines] = paragraph.split('\n');
    return [head, ...lines.filter((line) => !shared.has(line)).map((line) => mark + line)];
  });
}

/** The lines that two versions of the API do not share, each with `-` or `+` in front. */
export function changes(before: string, after: string): string[] {
  const old = before.split('\n\n');
  const current = after.split('\n\n');
  const removed = old.filter((paragraph) => !current.includes(paragraph));
  const added = current.filter((paragraph) => !old.includes(paragraph));
  return [...marked('- ', removed, added), ...marked('+ ', added, removed)];
}

if (require.main === module) writeFileSync(SNAPSHOT, api());
