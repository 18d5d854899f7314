import { expect } from 'chai';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PACKAGE } from './example.js';
import { readDoc } from './docs.js';

const { isStale } = require(join(PACKAGE, '.ci', 'build-if-stale.js')) as {
  isStale: (folder: string) => boolean;
};

describe('npm start', () => {
  let folder: string;
  /** Writes a file that was changed so many seconds after the first one. */
  const write = (file: string, second: number): void => {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    for (let at = path; at.length > folder.length; at = dirname(at)) utimesSync(at, second, second);
  };

  beforeEach('make a package', () => {
    folder = mkdtempSync(join(tmpdir(), 'scripts-'));
    for (const file of ['lib/util/log.ts', 'client/core/json.ts', 'package.json']) write(file, 1);
    for (const file of ['build/lib/index.js', 'build/client/socket.io.map.json']) write(file, 2);
  });
  afterEach('remove it', () => rmSync(folder, { recursive: true }));

  it('does not build when all that is built is newer than its sources', () => {
    expect(isStale(folder)).to.equal(false);
  });

  it('builds after a change of a source', () => {
    write('client/core/json.ts', 3);
    expect(isStale(folder)).to.equal(true);
  });

  it('builds when a part is missing', () => {
    rmSync(join(folder, 'build', 'client'), { recursive: true });
    expect(isStale(folder)).to.equal(true);
  });

  it('builds nothing without sources', () => {
    for (const source of ['lib', 'client']) rmSync(join(folder, source), { recursive: true });
    expect(isStale(folder)).to.equal(false);
  });
});

describe('CHANGELOG.md', () => {
  const sections = readDoc('CHANGELOG.md').split(/^## /m).slice(1);

  it('lists what has changed since the last version, if it has a section for it', () => {
    const [first = ''] = sections;
    if (!first.startsWith('[Unreleased]')) return;
    expect(first.replace('[Unreleased]', '').trim()).to.match(/^- /m);
  });

  it('has a section for the version of package.json', () => {
    const { version } = JSON.parse(readDoc('package.json')) as { version: string };
    expect(sections.map((section) => section.split('\n')[0])).to.include(`[${version}]`);
  });
});

describe('the template for bug reports', () => {
  const template = readDoc('.github/ISSUE_TEMPLATE/bug.md');

  for (const wanted of ['Transport', 'Client, with its version', 'DEBUG=', 'SECURITY.md']) {
    it(`contains ${wanted}`, () => {
      expect(template).to.include(wanted);
    });
  }
});
