import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE } from './example.js';

const LONGEST = 400;

/** Folders of other projects, or written by the build. */
const LEFT_OUT = new Set(['.git', 'build', 'coverage', 'node_modules']);
/** Documents and data may have any length. */
const NO_CODE = /(\.(md|json|swf|svg|crt|key|log|tgz|txt)|LICENSE)$/;

function filesBelow(folder: string): string[] {
  return readdirSync(join(PACKAGE, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (LEFT_OUT.has(entry.name)) return [];
    if (entry.isDirectory()) return filesBelow(path);
    return NO_CODE.test(entry.name) ? [] : [path];
  });
}

/** The number of lines as an editor shows it: the last newline does not begin a line. */
function lengthOf(file: string): number {
  return readFileSync(join(PACKAGE, file), 'utf8').replace(/\n$/, '').split('\n').length;
}

describe('every file of code', () => {
  const files = filesBelow('');

  it('is checked: the library, the client, the tests, the examples, the tools', () => {
    expect(files).to.include.members([
      'lib/index.ts',
      'client/bundle/build.mjs',
      'client/flash/DraftSocket.hx',
      'test/package/files.test.ts',
      'test/wire/replay.js',
      'example/chat.html',
      'example/style.css',
      'example/doctor/run.js',
      '.ci/run',
    ]);
  });

  it(`has at most ${LONGEST} lines`, () => {
    const long = files.filter((file) => lengthOf(file) > LONGEST);
    expect(long.map((file) => `${file}: ${lengthOf(file)}`)).to.deep.equal([]);
  });
});
