import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const HERE = join(__dirname, '..', '..', '..', 'test', 'security');
/** Tests of what is promised, and of nothing that was published. */
const BESIDE = new Set([
  'all-bytes.test.ts',
  'authorize.test.ts',
  'faults.test.ts',
  'limits.test.ts',
  'resets.test.ts',
  'table.test.ts',
]);

function titlesOf(file: string): string[] {
  const code = readFileSync(join(HERE, file), 'utf8');
  return [...code.matchAll(/^\s+it\(\s*(['`])(.*?)\1,/gm)].map((match) => match[2] ?? '');
}

/** The CVEs in a text. */
function named(text: string): string[] {
  return [...new Set(text.match(/CVE-\d+-\d+/g))].toSorted();
}

describe('table of published vulnerabilities', () => {
  const files = readdirSync(HERE).filter((name) => name.endsWith('.test.ts'));
  const tests = files.filter((name) => !BESIDE.has(name)).flatMap(titlesOf);
  const table = readFileSync(join(HERE, 'README.md'), 'utf8');
  const rows = table.split('\n').filter((line) => /^\| (?!published|---)/.test(line));
  const listed = [...rows.join('\n').matchAll(/“(.*?)”/g)].map((match) =>
    (match[1] ?? '').replaceAll(/\\([*_])/g, '$1'),
  );

  it('lists exactly the tests', () => {
    expect(tests.length).to.be.above(70);
    expect(listed.toSorted()).to.deep.equal(tests.toSorted());
  });

  it('has a test and a verdict in each of its rows', () => {
    expect(rows).to.have.length(38);
    for (const row of rows) expect(row).to.match(/^\| .+ \| “.+” \| .+ \|$/);
  });

  it('names exactly the CVEs of the tests', () => {
    expect(named(rows.join('\n'))).to.deep.equal(named(tests.join('\n')));
  });
});
