import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../support/wait.js';
import { Example } from './example.js';
import { talkByWebSocket } from './talk.js';

/** At 20 ms or more each: less than the limit of a test, on a busy machine too. */
const MOST_LOOKS = 1000;

describe('example/cluster.js', function () {
  this.timeout(60_000);

  it('replaces all processes when it gets SIGUSR2, and has no fewer meanwhile', async () => {
    const environment = { DRAIN_MS: '100' };
    const example = await Example.start(join('example', 'cluster.js'), '0', environment);
    try {
      const before = await example.processes();
      const client = await talkByWebSocket(`${example.url}/socket.io`);
      expect(await client.next()).to.have.keys('buffer');
      const counts = new Set<number>();
      const isOver = (): boolean =>
        example.lines.filter((line) => line.includes('has been replaced')).length === 2;
      example.signal('SIGUSR2');
      for (let looks = 0; !isOver(); looks++) {
        expect(looks, 'looks until both processes were replaced').to.be.below(MOST_LOOKS);
        // oxlint-disable-next-line eslint/no-await-in-loop -- one look after the other
        counts.add((await example.processes()).length);
        // oxlint-disable-next-line eslint/no-await-in-loop
        await delay(20);
      }
      const after = await example.processes();
      expect(Math.min(...counts)).to.be.at.least(2);
      expect(after).to.have.lengthOf(2);
      expect(after.filter((pid) => before.includes(pid))).to.deep.equal([]);
      expect(example.lines.join()).not.to.include('ended');
      const next = await talkByWebSocket(`${example.url}/socket.io`);
      expect(await next.next()).to.have.keys('buffer');
      await next.close();
    } finally {
      await example.stop();
    }
  });

  it('continues with the next process when one ends before it listens', async () => {
    const code = "const { worker } = require('cluster'); if (worker?.id === 3) process.exit(9);";
    const folder = mkdtempSync(join(tmpdir(), 'rolling-'));
    const preload = join(folder, 'end.cjs');
    writeFileSync(preload, code);
    const environment = { DRAIN_MS: '100', NODE_OPTIONS: `--require ${preload}` };
    const example = await Example.start(join('example', 'cluster.js'), '0', environment);
    try {
      const replaced = (): number =>
        example.lines.filter((line) => line.includes('has been replaced')).length;
      example.signal('SIGUSR2');
      await until(() => replaced() === 2, 'two processes to be replaced');
      expect(example.lines.join()).to.include('Process 1 ended (9) and is replaced');
      expect(await example.processes()).to.have.lengthOf(2);
    } finally {
      await example.stop();
      rmSync(folder, { recursive: true });
    }
  });
});
