import { expect } from 'chai';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { anchor, codeSpans, docs, readDoc, sections } from './docs.js';
import { PACKAGE } from './example.js';

/** The files of rooms that documents may name. */
const FILE = /`((?:lib|client|example|test|docs|\.ci)\/[\w./-]+)`/g;

describe('README.md', () => {
  it('is shorter than 300 lines', () => {
    expect(readDoc('README.md').split('\n').length).to.be.at.most(300);
  });

  it('links to every other document, directly or through other documents', () => {
    const found = new Set(['README.md']);
    for (const name of found) {
      for (const [, target = ''] of readDoc(name).matchAll(/\]\(([^)#]+\.md)/g)) {
        const path = normalize(join(dirname(name), target));
        if (existsSync(join(PACKAGE, path))) found.add(path);
      }
    }
    expect([...found]).to.include.members(docs());
  });
});

for (const name of docs()) {
  describe(name, () => {
    const text = readDoc(name);

    it('links to files and headings that exist', () => {
      const prose = text.replace(/^```.*?^```$/gms, '').replace(/`[^`\n]*`(?!\]\()/g, '');
      for (const [, target = ''] of prose.matchAll(/\]\(([^)]+)\)/g)) {
        if (/^https?:/.test(target)) continue;
        const [file = '', fragment] = target.split('#');
        const path = file === '' ? name : normalize(join(dirname(name), file));
        expect(existsSync(join(PACKAGE, path)), target).to.equal(true);
        if (fragment === undefined) continue;
        const headings = [...readDoc(path).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
          anchor(title),
        );
        expect(headings, target).to.include(fragment);
      }
    });

    it('names scripts that package.json has', () => {
      const { scripts } = JSON.parse(readDoc('package.json')) as { scripts: object };
      const named = [...text.matchAll(/`(?:[^`\n]* )?npm run ([\w:-]+)/g)].map(
        ([, script]) => script,
      );
      const known = new Set(Object.keys(scripts));
      expect(named.filter((script) => !known.has(String(script)))).to.deep.equal([]);
    });

    it('names files that exist', () => {
      const missing = [...text.matchAll(FILE)]
        .map(([, path = '']) => path)
        .filter((path) => !existsSync(join(PACKAGE, path)));
      expect(missing).to.deep.equal([]);
    });
  });
}

const testsIn = (text: string): string[] =>
  codeSpans(text).filter((code) => code.endsWith('.test.ts'));

describe('the promises in SECURITY.md', () => {
  const promises = sections(readDoc('SECURITY.md')).find(({ title }) => title === 'Promises');
  const items = promises?.text.split(/^(?=\d\. )/m).slice(1) ?? [];

  it('each name the tests that check them', () => {
    expect(items).to.have.lengthOf(8);
    const untested = items.filter((item) => testsIn(item).length === 0);
    expect(untested).to.deep.equal([]);
  });

  it('name every test of test/security', () => {
    const tests = readdirSync(join(PACKAGE, 'test/security'))
      .filter((name) => name.endsWith('.test.ts') && name !== 'table.test.ts')
      .map((name) => `test/security/${name}`);
    expect(testsIn(items.join('\n'))).to.include.members(tests);
  });
});

describe('comments', () => {
  const files = ['lib', 'client', 'test', 'example'].flatMap((folder) =>
    readdirSync(join(PACKAGE, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:ts|js|mjs)$/.test(name))
      .map((name) => join(folder, name)),
  );

  it('refer to documents and sections that exist', () => {
    const dead: string[] = [];
    for (const file of files) {
      // `@see PROTOCOL.md, "Messages"`, or the name of a document with its folder
      for (const [, doc = '', title] of readDoc(file).matchAll(
        / \* @see ([\w/-]+\.md)(?:, "(.+)")?/g,
      )) {
        const titles = existsSync(join(PACKAGE, doc))
          ? sections(readDoc(doc)).map((section) => section.title)
          : [];
        const isThere = title === undefined ? titles.length > 0 : titles.includes(title);
        if (!isThere) dead.push(`${file}: ${doc}, "${title}"`);
      }
    }
    expect(dead).to.deep.equal([]);
  });

  it('do not refer to sections of our documents by number', () => {
    const numbered = files.filter((file) => /\.md, section \d/.test(readDoc(file)));
    expect(numbered.filter((file) => !file.endsWith('docs.test.ts'))).to.deep.equal([]);
  });

  it('name files of the package that exist', () => {
    const dead = files.flatMap((file) => {
      const comments = readDoc(file).match(/^\s*(?:\/\/|\/?\*).*$/gm) ?? [];
      const named = comments
        .join('\n')
        .matchAll(/`((?:lib(?!\/vendor)|client|test|example|docs)\/[\w./-]+\.\w+)`/g);
      return [...named]
        .map(([, path = '']) => path)
        .filter((path) => !existsSync(join(PACKAGE, path)))
        .map((path) => `${file}: ${path}`);
    });
    expect(dead).to.deep.equal([]);
  });
});
