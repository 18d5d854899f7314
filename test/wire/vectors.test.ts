import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGE = join(__dirname, '..', '..', '..');
const WIRE = join(PACKAGE, 'test', 'wire');
const FIRST_PORT = 21_000;

/** Ports of one file's scenarios: the player takes up to 900 from the first. */
const PORTS_PER_FILE = 1000;

interface Outcome {
  readonly failures: string[];
  readonly last: string;
}

function replay(file: string, port: number): Promise<Outcome> {
  const player = join(WIRE, 'replay.js');
  const args = [player, '--module', PACKAGE, '--port', String(port), '--vectors', join(WIRE, file)];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { maxBuffer: 1 << 24 }, (_error, stdout) => {
      const lines = stdout.trim().split('\n');
      const failures = lines.filter((line) => line.startsWith('FAIL'));
      resolve({ failures, last: lines.at(-1) ?? '' });
    });
  });
}

describe('the wire as recorded from 0.6.18', function () {
  this.timeout(60_000);
  const files = readdirSync(WIRE).filter((file) => file.endsWith('.json'));

  files.forEach((file, i) => {
    const { scenarios } = JSON.parse(readFileSync(join(WIRE, file), 'utf8')) as {
      scenarios: unknown[];
    };

    it(`holds for all ${scenarios.length} scenarios of ${file}`, async () => {
      const { failures, last } = await replay(file, FIRST_PORT + i * PORTS_PER_FILE);
      expect(failures).to.deep.equal([]);
      expect(last).to.equal(`${scenarios.length} passed, 0 failed`);
    });
  });
});
