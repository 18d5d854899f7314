import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeBlocks, readDoc } from './docs.js';
import { PACKAGE } from './example.js';

const PROLOGUE =
  "const assert = require('node:assert/strict');\nconst { it } = require('node:test');";

interface Outcome {
  readonly code: number;
  /** The totals in the last lines, by name. */
  readonly totals: Readonly<Record<string, number>>;
  readonly output: string;
}

/** Runs a file of `node:test`. */
async function runTests(file: string): Promise<Outcome> {
  const child = spawn(process.execPath, ['--test', '--test-reporter=tap', file]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => (output += data.toString()));
  }
  const [code] = (await once(child, 'close')) as [number];
  const totals = [...output.matchAll(/^# (tests|pass|fail|duration_ms) ([\d.]+)$/gm)];
  return {
    code,
    totals: Object.fromEntries(totals.map(([, name = '', count]) => [name, Number(count)])),
    output,
  };
}

describe('tests of an application', function () {
  this.timeout(60_000);

  it('pass in docs/testing.md', async () => {
    const blocks = codeBlocks(readDoc('docs/testing.md'), 'js');
    const count = blocks.filter((block) => block.startsWith('it(') || /^it\(/m.test(block)).length;
    const folder = mkdtempSync(join(tmpdir(), 'testing-docs-'));
    try {
      mkdirSync(join(folder, 'node_modules'));
      symlinkSync(PACKAGE, join(folder, 'node_modules', 'socket.io-node'));
      const file = join(folder, 'docs.test.js');
      writeFileSync(file, [PROLOGUE, ...blocks].join('\n'));
      const { code, totals, output } = await runTests(file);
      expect(output).to.include('# fail 0');
      expect([code, totals['pass']]).to.deep.equal([0, count]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('pass in example/testing, as many as docs/testing.md quotes', async () => {
    const { code, totals, output } = await runTests(join(PACKAGE, 'example/testing/app.test.js'));
    expect(output).to.include('# fail 0');
    const [, quoted] = /^# pass (\d+)$/m.exec(readDoc('docs/testing.md')) ?? [];
    expect([code, totals['pass'], totals['tests']]).to.deep.equal([
      0,
      Number(quoted),
      Number(quoted),
    ]);
  });
});
