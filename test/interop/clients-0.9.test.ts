import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Client } from '../../lib/index.js';
import { serve } from '../support/server.js';

const SCRIPT = resolve(__dirname, '../../../test/interop/2011/client09.js');

describe('the official client of 0.9 in Node', () => {
  for (const version of ['0.9.16', '0.9.17']) {
    for (const transport of ['websocket', 'xhr-polling']) {
      it(`${version} exchanges messages, events and answers over ${transport}`, async () => {
        const { io, port } = await serve();
        const received: unknown[] = [];
        const reasons: string[] = [];
        let client: Client | null = null;
        io.of('/chat').on('connection', (member) => {
          member.events.on('say', (text: string, answer: (length: number) => void) => {
            io.of('/chat').broadcastEvent('said', [text]);
            answer(text.length);
          });
        });
        io.of('/closed', { authorize: () => false });
        io.on('connection', (connected) => {
          client = connected;
          connected.join('room');
          connected.on('message', (message) => {
            received.push(message);
            if (message !== 'done') return;
            io.to('room').emit('news', 'for', { all: true });
            connected.events.emit('ask', [1], (answer: unknown) => {
              received.push(answer);
              io.to('room').send({ of: 'the room' }).send('bye');
            });
          });
          connected.events.on('add', (a: number, b: number, answer: (sum: number) => void) => {
            answer(a + b);
          });
        });
        io.on('clientDisconnect', (_client, reason) => reasons.push(reason));

        const args = ['--no-deprecation', SCRIPT, `socket.io-client-${version}`, String(port)];
        const run = promisify(execFile)(process.execPath, [...args, transport], {
          timeout: 15_000,
        });
        const { stdout } = await run;
        const lines = stdout.trim().split('\n');
        expect(lines.map((line) => JSON.parse(line) as unknown)).to.deep.equal([
          ['connect', null],
          ['chat', 'grüße 😀'],
          ['said', 8],
          ['closed', 'connect_failed'],
          ['receipt'],
          ['sum', 5],
          ['news', 'for', { all: true }],
          ['message', { of: 'the room' }],
          ['message', 'bye'],
          ['disconnect', 'booted'],
        ]);
        expect(received).to.deep.equal([
          'line one\nline two',
          { list: [1, null, 'ü'] },
          'done',
          { answered: [1] },
        ]);
        expect(reasons).to.deep.equal(['client close']);
        const { handshake, protocol } = (client as Client | null) ?? {};
        expect([protocol, transport]).to.deep.equal(['0.9', transport]);
        expect(handshake?.query['token']).to.equal('secret');
      }).timeout(20_000);
    }
  }
});
