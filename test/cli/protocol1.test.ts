import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterThisTest } from '../support/cleanup.js';
import { serve } from '../support/server.js';
import { until } from '../support/wait.js';

const COMMAND = join(__dirname, '..', '..', 'lib', 'cli', 'index.js');

describe('connect --protocol 0.9', () => {
  it('prints packets in words, and sends events', async () => {
    const { io, port } = await serve();
    io.on('connection', (client) => {
      client.events.on('say', (text: string) => {
        client.events.emit('said', text, { by: 'me' });
      });
    });
    const url = `http://127.0.0.1:${port}`;
    const args = [COMMAND, 'connect', '--protocol', '0.9', '--json', url];
    const child = spawn(process.execPath, args);
    afterThisTest(() => child.kill());
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stdin.write('{"name":"say","args":["hi"]}\n');
    await until(() => output.includes('said'), 'the event of the server');
    const lines = output.trim().split('\n');
    const meanings = lines.map((line) => (JSON.parse(line) as { meaning?: string }).meaning);
    expect(meanings.filter((meaning) => meaning !== undefined)).to.deep.equal([
      'the session is open',
      'event "say" ("hi")',
      'event "said" ("hi", {"by":"me"})',
    ]);
  }).timeout(20_000);
});
