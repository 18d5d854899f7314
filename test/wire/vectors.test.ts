import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGE = join(__dirname, '..', '..', '..');
const WIRE = join(PACKAGE, 'test', 'wire');

interface Outcome {
  readonly failures: string[];
  readonly last: string;
}

function replay(file: string): Promise<Outcome> {
  const player = join(WIRE, 'replay.js');
  const args = [player, '--module', PACKAGE, '--vectors', join(WIRE, file)];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { maxBuffer: 1 << 24 }, (_error, stdout) => {
      const lines = stdout.trim().split('\n');
      const failures = lines.filter((line) => line.startsWith('FAIL'));
      resolve({ failures, last: lines.at(-1) ?? '' });
    });
  });
}

describe('wire as recorded from 0.6.18', function () {
  this.timeout(60_000);
  const files = readdirSync(WIRE).filter((file) => file.endsWith('.json'));

  for (const file of files) {
    const { scenarios } = JSON.parse(readFileSync(join(WIRE, file), 'utf8')) as {
      scenarios: unknown[];
    };

    it(`matches all ${scenarios.length} scenarios of ${file}`, async () => {
      const { failures, last } = await replay(file);
      expect(failures).to.deep.equal([]);
      expect(last).to.equal(`${scenarios.length} passed, 0 failed`);
    });
  }
});
