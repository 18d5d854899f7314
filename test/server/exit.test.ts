import { expect } from 'chai';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { afterThisTest } from '../support/cleanup.js';
import { VARIANTS } from '../support/drivers/index.js';
import { within } from '../support/wait.js';

const LIBRARY = join(__dirname, '..', '..', 'lib', 'index.js');

/** An app of 2011 that closes by `how` on a command, and does nothing else. */
const program = (how: string): string => `
  var http = require('http'), io = require(${JSON.stringify(LIBRARY)});
  var server = http.createServer(function (req, res) { res.end('app'); });
  var listener = io.listen(server, { log: null, flashPolicyServer: false });
  process.stdin.once('data', function () { process.stdin.destroy(); ${how} });
  server.listen(0, '127.0.0.1', function () { console.log(server.address().port); });
`;

type Child = ChildProcessByStdio<Writable, Readable, null>;

async function start(how: string): Promise<{ child: Child; port: number }> {
  const child = spawn(process.execPath, ['-e', program(how)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  afterThisTest(() => child.kill('SIGKILL'));
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, port: Number(line) };
}

describe('process', () => {
  for (const how of ['listener.close(); server.close();', 'server.close(); listener.close();']) {
    it(`exits by itself after ${how}`, async () => {
      const { child, port } = await start(how);
      for (const { create } of VARIANTS) await create(port).open();
      const exit = once(child, 'exit');
      child.stdin.write('close\n');
      const [code] = (await within(exit, () => 'the process to exit')) as [number | null];
      expect(code).to.equal(0);
    });
  }

  it('exits while sessions wait for their clients', async () => {
    const { child, port } = await start('server.close(); server.closeAllConnections();');
    for (const { create } of VARIANTS) (await create(port).open()).drop();
    const exit = once(child, 'exit');
    child.stdin.write('close\n');
    const [code] = (await within(exit, () => 'the process to exit')) as [number | null];
    expect(code).to.equal(0);
  });
});
