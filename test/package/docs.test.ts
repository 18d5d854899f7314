import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { anchor, docs, readDoc } from './docs.js';
import { PACKAGE } from './example.js';

/** The files of rooms that documents may name. */
const FILE = /`((?:lib|client|example|test|docs|\.ci)\/[\w./-]+)`/g;

describe('README.md', () => {
  it('is shorter than 300 lines', () => {
    expect(readDoc('README.md').split('\n').length).to.be.at.most(300);
  });

  it('lists every other document', () => {
    const text = readDoc('README.md');
    const others = docs().filter((name) => name !== 'README.md');
    expect(others.filter((name) => !text.includes(`](${name})`))).to.deep.equal([]);
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
