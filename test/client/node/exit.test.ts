/**
 * Programs that load the package by its name, each in its own process.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import { serve } from '../../support/server.js';
import { TRANSPORTS } from './support.js';

const PACKAGE = join(__dirname, '..', '..', '..', '..');
const OURS = { transports: [...TRANSPORTS] };
/** A program that has not exited after this time is killed. */
const LONGEST_RUN_MS = 10_000;

interface Run {
  readonly code: number | string | null;
  readonly out: string;
}

/** Runs the source text of a module, which can import this package by its name. */
function run(code: string, type: 'module' | 'commonjs', ...args: string[]): Promise<Run> {
  const flags = [`--input-type=${type}`, '--eval', code, '--', ...args];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      flags,
      { cwd: PACKAGE, timeout: LONGEST_RUN_MS },
      (error, stdout, stderr) => {
        const status = error ? (error.signal ?? error.code ?? null) : 0;
        resolve({ code: status, out: stdout + stderr });
      },
    );
  });
}

describe('a program that uses the Node client', function () {
  this.timeout(LONGEST_RUN_MS + 2000);

  for (const transport of TRANSPORTS) {
    it(`exits after disconnect(), over ${transport}`, async () => {
      const { io, port } = await serve(OURS);
      const ends: unknown[] = [];
      io.on('clientDisconnect', (_client, reason) => ends.push(reason));
      io.on('connection', (client) => client.on('message', (message) => client.send(message)));
      const url = `http://127.0.0.1:${port}/socket.io/${transport}`;
      const code = `
        const { Socket } = require('socket.io-node/client');
        const socket = new Socket(process.argv[1]);
        socket.on('message', (message) => {
          console.log(message);
          socket.disconnect();
        });
        socket.connect().send('ping');
      `;
      expect(await run(code, 'commonjs', url)).to.deep.equal({ code: 0, out: 'ping\n' });
      expect(ends).to.deep.equal(['client close']);
    });
  }

  it('exits after it leaves a for await loop, as an ES module', async () => {
    const { io, port } = await serve(OURS);
    io.on('connection', (client) => client.send(['a', 'b']));
    const code = `
      import { Socket } from 'socket.io-node/client';
      for await (const message of new Socket(process.argv[1])) {
        console.log(message);
        if (message === 'b') break;
      }
    `;
    const url = `http://127.0.0.1:${port}`;
    expect(await run(code, 'module', url)).to.deep.equal({ code: 0, out: 'a\nb\n' });
  });

  it('exits when it cannot connect', async () => {
    const code = `
      import { Socket } from 'socket.io-node/client';
      const socket = new Socket('http://127.0.0.1:1', { reconnect: false });
      socket.on('connect_failed', () => console.log('failed')).connect();
    `;
    expect(await run(code, 'module')).to.deep.equal({ code: 0, out: 'failed\n' });
  });

  it('prints a warning if it cannot connect and does not listen to events', async () => {
    const code = `
      import { Socket } from 'socket.io-node/client';
      const retried = new Socket('http://ann:secret@127.0.0.1:1', { transports: ['websocket'] });
      retried.connect();
      process.once('warning', () => {
        retried.disconnect();
        new Socket('http://127.0.0.1:1', { reconnect: false }).connect();
      });
    `;
    const { code: status, out } = await run(code, 'module');
    const warnings = out.match(/SocketIOWarning: .*/g);
    expect(warnings).to.deep.equal([
      'SocketIOWarning: Cannot connect to http://127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1. ' +
        'The client retries up to 10 times',
      'SocketIOWarning: Cannot connect to http://127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1',
    ]);
    expect(status).to.equal(0);
  });

  it('prints no warning if it listens to error or connect_failed', async () => {
    const code = `
      import { Socket } from 'socket.io-node/client';
      for (const name of ['error', 'connect_failed']) {
        new Socket('http://127.0.0.1:1', { reconnect: false }).on(name, () => {}).connect();
      }
    `;
    expect(await run(code, 'module')).to.deep.equal({ code: 0, out: '' });
  });

  it('loads the Node client on first use', async () => {
    const code = `
      const Client = require('socket.io-node/client');
      const loaded = () => Object.keys(require.cache).some((file) => /client.node/.test(file));
      console.log(Client === require('socket.io-node').Client, loaded());
      Client.Socket;
      console.log(loaded());
    `;
    expect(await run(code, 'commonjs')).to.deep.equal({ code: 0, out: 'true false\ntrue\n' });
  });

  it('imports the codec from socket.io-node/frames', async () => {
    const code = `
      import { decode, encode, FrameDecoder } from 'socket.io-node/frames';
      console.log(decode(encode(['a', 1])).join(), new FrameDecoder().push('~m~1~m~x').join());
    `;
    expect(await run(code, 'module')).to.deep.equal({ code: 0, out: 'a,1 x\n' });
  });
});
