import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGE = join(__dirname, '..', '..', '..');
const WIRE = join(PACKAGE, 'test', 'wire1');

function replay(file: string): Promise<string[]> {
  const player = join(WIRE, 'replay.js');
  const args = [player, '--module', PACKAGE, '--vectors', join(WIRE, file)];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { maxBuffer: 1 << 24 }, (_error, stdout) =>
      resolve(stdout.trim().split('\n')),
    );
  });
}

describe('wire as recorded from 0.9.19', function () {
  this.timeout(60_000);
  // The scenarios have the times of the recording, which a busy machine may miss.
  this.retries(1);
  const files = readdirSync(WIRE).filter((file) => file.endsWith('.json'));

  for (const file of files) {
    const { scenarios } = JSON.parse(readFileSync(join(WIRE, file), 'utf8')) as {
      readonly scenarios: readonly unknown[];
    };

    it(`matches all ${scenarios.length} scenarios of ${file}`, async () => {
      const lines = await replay(file);
      expect(lines.filter((line) => line.startsWith('FAIL'))).to.deep.equal([]);
      expect(lines.at(-1)).to.equal(`${scenarios.length} passed, 0 failed`);
    });
  }
});
