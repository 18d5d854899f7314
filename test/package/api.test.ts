import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HELP } from '../../lib/cli/arguments.js';
import { ExitCode } from '../../lib/cli/exit-code.js';
import { exportsOf, membersOf, namespaceOf } from './declarations.js';
import { codeSpans, readDoc, sections, tableRows, type Section } from './docs.js';
import { PACKAGE } from './example.js';

const API = readDoc('docs/api.md');

/** The declarations behind each module that the page describes. */
const MODULES: Readonly<Record<string, string>> = {
  'socket.io-node': 'build/lib/index.d.ts',
  'socket.io-node/frames': 'build/lib/protocol/index.d.ts',
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
      const headed = new Map<string, Section>();
      for (const part of parts) {
        const name = codeSpans(part.title)
          .map(nameIn)
          .find((one) => exported.includes(one));
        if (name !== undefined) headed.set(name, part);
      }

      it('with every export, and no other name', () => {
        const others = parts.filter((part) => ![...headed.values()].includes(part));
        const listed = others.filter(({ level, title: head }) => level === 3 && isList(head));
        const names = [...headed.keys(), ...listed.flatMap(namesInTables)];
        expect([...new Set(names)]).to.have.members(exported);
      });

      for (const [name, part] of headed) {
        const members = membersOf(file, name);
        if (members.length === 0) continue;

        it(`with every member of ${name}, and no other name`, () => {
          const documented = namesInTables(part);
          const own = members.filter(({ isInherited }) => !isInherited);
          expect(documented).to.include.members(own.map((member) => member.name));
          expect(members.map((member) => member.name)).to.include.members(documented);
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

/** True for a heading whose table lists exports: functions, constants, types. */
function isList(title: string): boolean {
  return /^(Functions|Types|Other names)/.test(title);
}
