import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HELP } from '../../lib/cli/arguments.js';
import { ExitCode } from '../../lib/cli/exit-code.js';
import { exportsOf, membersOf, namespaceOf, type Member } from './declarations.js';
import { codeSpans, readDoc, sections, tableRows, type Section } from './docs.js';
import { PACKAGE } from './example.js';

const API = readDoc('docs/api.md');

/** The declarations of each module that the page describes. */
const MODULES: Readonly<Record<string, string>> = {
  'socket.io-node': 'build/lib/index.d.ts',
  'socket.io-node/bus': 'build/lib/bus/index.d.ts',
  'socket.io-node/bridge': 'build/lib/bridge/index.d.ts',
  'socket.io-node/metrics': 'build/lib/metrics/index.d.ts',
  'socket.io-node/testing': 'build/lib/testing/index.d.ts',
  'socket.io-node/frames': 'build/lib/protocol/index.d.ts',
  'socket.io-node/frames/v1': 'build/lib/protocol/v1/index.d.ts',
  'socket.io-node/browser': 'build/client/socket.io.d.ts',
  'socket.io-node/client': 'build/client/node/index.d.ts',
};

/** The name in `send(message)` and `new Socket(url)`; other texts are names as they are. */
const nameIn = (code: string): string =>
  /^\[?[\w$.]+\]?(?=\(|$)/.exec(code.replace(/^new /, ''))?.[0] ?? code;

/** The names in the first cells of the tables of a section. */
function namesInTables({ text }: Section): string[] {
  return tableRows(text).flatMap(([first = '']) => codeSpans(first).map(nameIn));
}

/** Headings whose tables list exports. */
const LIST = /^(?:Functions|Types|Other names)/;

const isOwn = ({ isInherited }: Member): boolean => !isInherited;

const isHead = ({ level }: Section): boolean => level <= 2;

/** The sections below a second-level heading that names `title`. */
function chapter(title: string): Section[] {
  const all = sections(API);
  const start = all.findIndex((one) => isHead(one) && codeSpans(one.title).includes(title));
  const end = all.findIndex((one, i) => i > start && isHead(one));
  return start < 0 ? [] : all.slice(start + 1, end < 0 ? undefined : end);
}

function declarationsBelow(folder: string): string {
  return readdirSync(join(PACKAGE, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.d.ts'))
    .map((file) => readFileSync(join(PACKAGE, folder, file), 'utf8'))
    .join('\n');
}

const errorCodes = (text: string): string[] => [
  ...new Set(Array.from(text.matchAll(/\bERR_SIO_\w+/g), ([code]) => code)),
];

/** Options of a command line in a text. */
const flags = (text: string): string[] => [
  ...new Set(Array.from(text.matchAll(/(?<![\w-])--?[a-z][a-z-]*/g), ([flag]) => flag)),
];

describe('docs/api.md', () => {
  for (const [title, declarations] of Object.entries(MODULES)) {
    describe(`describes ${title}`, () => {
      const file = join(PACKAGE, declarations);
      const parts = chapter(title);
      const exported = exportsOf(file);
      const isExported = (name: string): boolean => exported.includes(name);
      const namesIn = (part: Section): string[] =>
        codeSpans(part.title).map(nameIn).filter(isExported);
      const headed = parts.filter((part) => namesIn(part).length > 0);
      const listed = parts
        .filter((part) => !headed.includes(part) && LIST.test(part.title))
        .flatMap(namesInTables);

      it('with every export, and no other name', () => {
        const names = new Set([...headed.flatMap(namesIn), ...listed]);
        expect([...names]).to.have.members(exported);
      });

      it('with a section for every export that has members', () => {
        const own = listed.filter((name) => membersOf(file, name).some(isOwn));
        expect(own).to.deep.equal([]);
      });

      for (const part of headed) {
        const members = namesIn(part).flatMap((name) => membersOf(file, name));
        if (members.length === 0) continue;

        it(`with every member of ${namesIn(part).join(', ')}, and no other name`, () => {
          const documented = namesInTables(part);
          const own = members.filter(isOwn).map(({ name }) => name);
          expect(documented).to.include.members(own);
          expect(members.map(({ name }) => name)).to.include.members(documented);
        });
      }
    });
  }

  it('names the types that `require("socket.io-node/client")` has', () => {
    const types = namespaceOf(join(PACKAGE, 'build/lib/compat/client.d.ts'));
    expect(types).to.have.members(exportsOf(join(PACKAGE, 'build/client/node/index.d.ts')));
  });

  it('has every error code of the declarations, and no other', () => {
    const declared = errorCodes(declarationsBelow('build/lib') + declarationsBelow('build/client'));
    expect(errorCodes(API)).to.have.members(declared);
  });

  it('has every module path of package.json, and no other', () => {
    const { exports } = JSON.parse(readDoc('package.json')) as { exports: Record<string, unknown> };
    const paths = Object.keys(exports).map((path) => `socket.io-node${path.slice(1)}`);
    const withoutEnding = paths.filter((path) => !path.endsWith('.js'));
    const table = sections(API).find((section) => section.title === 'Module paths');
    const listed = tableRows(table?.text ?? '').flatMap(([first = '']) => codeSpans(first));
    expect(listed).to.have.members(withoutEnding);
    for (const path of paths) expect(listed).to.include(path.replace(/\.js$/, ''));
  });

  it('has every option of the command, and no other', () => {
    const command = sections(API).find((section) => section.title.startsWith('Command'));
    const cells = tableRows(command?.text ?? '').map(([first = '']) => first);
    expect(flags(cells.join('\n'))).to.have.members(flags(HELP));
  });

  it('has every exit code of the command, and no other', () => {
    const command = sections(API).find((section) => section.title.startsWith('Command'));
    const codes = tableRows(command?.text ?? '').map(([first = '']) => codeSpans(first)[0]);
    const numbers = codes.filter((code) => /^\d+$/.test(String(code)));
    expect(numbers).to.have.members(Object.values(ExitCode).map(String));
  });
});
