import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { listen } from '../../lib/index.js';
import { resolveOptions } from '../../lib/options.js';
import { POLLING_DEFAULTS, STREAMING_DEFAULTS } from '../../lib/session/timings.js';
import { REFUSALS } from '../../lib/access/refusal.js';
import { BUILT_IN } from '../../lib/transports/index.js';
import { PACKAGE } from './example.js';
import { anchor, paper, rows } from './readme.js';

const README = paper('README.md');
const OPTIONS = paper('lib/options.ts');

/** What the doc comment of an option says. */
function docOf(option: string): string {
  const [before = ''] = OPTIONS.split(`readonly ${option}?:`);
  return before.slice(before.lastIndexOf('/**'));
}

function defaults(): Record<string, unknown> {
  return { authorize: undefined, ...resolveOptions({}) };
}

/** Defaults that are told in words. */
const IN_WORDS: Readonly<Record<string, string>> = {
  transports: 'all seven',
  log: 'to stdout',
  authorize: 'everybody may',
  generateId: '38 random digits',
};

describe('README.md', () => {
  it('is shorter than 300 lines', () => {
    expect(README.split('\n').length).to.be.at.most(300);
  });

  describe('options', () => {
    const table = rows(README, 'Options').filter((cells) => cells[0] && cells[0] in defaults());
    const timings = rows(README, 'Options').filter((cells) => !(String(cells[0]) in defaults()));

    it('are all there', () => {
      const names = Object.keys(defaults()).filter((name) => name !== 'clock');
      expect(table.map(([name]) => name)).to.have.members(names);
    });

    for (const [name = '', text = '', unit = ''] of table) {
      it(`${name} defaults to ${text} ${unit}`, () => {
        if (name in IN_WORDS) expect(text).to.equal(IN_WORDS[name]);
        else expect(JSON.stringify(defaults()[name])).to.equal(text.replaceAll("'", '"'));
        const inDocs = unit === 'ms' ? 'milliseconds' : unit;
        expect(docOf(name).toLowerCase()).to.include(inDocs);
      });
    }

    it('have the timings of streaming and polling transports', () => {
      const shown = timings.map(([name = '', streaming, polling]) => [name, streaming, polling]);
      expect(shown).to.deep.equal(
        ['timeout', 'heartbeatInterval', 'closeTimeout', 'duration'].map((name) => [
          name,
          name === 'duration' ? '' : String(STREAMING_DEFAULTS[name]),
          String(POLLING_DEFAULTS[name]),
        ]),
      );
    });

    it('offer seven transports, which are those of the table', () => {
      const server = createServer();
      listen(server, { log: false, flashPolicyServer: false }).close();
      expect(BUILT_IN.size).to.equal(7);
      const named = rows(README, 'Transports and who uses them').map(([name = '']) => name);
      const distinct = new Set(named.map((name) => name.replace(/,.*/, '')));
      expect([...distinct]).to.have.members([...BUILT_IN.keys()]);
    });
  });

  it('lists every error with its status', () => {
    const listed = rows(README, 'Errors').map(([code, status]) => [code, Number(status)]);
    const known = Object.entries(REFUSALS).map(([code, [status]]) => [code, status]);
    expect(listed).to.have.deep.members(known);
  });
});

const PAPERS = ['README', 'MIGRATION', 'PROTOCOL', 'ARCHITECTURE', 'CHANGELOG', 'CONTRIBUTING'];

for (const name of PAPERS) {
  describe(`${name}.md, like all papers`, () => {
    const text = paper(`${name}.md`);

    it('links to what is there', () => {
      for (const [, target = ''] of text.matchAll(/\]\(([^)]+)\)/g)) {
        if (/^https?:/.test(target)) continue;
        const [file = '', fragment] = target.split('#');
        const path = file === '' ? `${name}.md` : file;
        expect(existsSync(join(PACKAGE, path)), target).to.equal(true);
        if (fragment === undefined) continue;
        const headings = [...paper(path).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
          anchor(title),
        );
        expect(headings, target).to.include(fragment);
      }
    });

    it('names scripts that package.json has', () => {
      const { scripts } = JSON.parse(paper('package.json')) as { scripts: object };
      const named = [...text.matchAll(/`(?:[^`\n]* )?npm run ([\w:-]+)/g)].map(
        ([, script]) => script,
      );
      const known = new Set(Object.keys(scripts));
      expect(named.filter((script) => !known.has(String(script)))).to.deep.equal([]);
    });

    it('names files that are there', () => {
      const named = [...text.matchAll(/`((?:lib|client|example|test|\.ci)\/[\w./-]+)`/g)];
      const missing = named.filter(([, path = '']) => !existsSync(join(PACKAGE, path)));
      expect(missing.map(([, path]) => path)).to.deep.equal([]);
    });
  });
}
