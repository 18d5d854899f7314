import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Client } from '../../lib/index.js';
import { serve } from '../support/server.js';

const SCRIPT = resolve(__dirname, '../../../test/interop/2011/suite09.js');

/** What the server of the suite does in each test. Tests that are not listed do not need it. */
const BEHAVIOUR: Readonly<Record<string, (client: Client) => void>> = {
  'test receiving messages': (client) => {
    for (const text of ['1', '2', '3']) client.send(text);
    client.disconnect();
  },
  'test sending messages': echo,
  'test manual buffer flushing': echo,
  'test automatic buffer flushing': echo,
  'test acks sent from client': (client) => {
    client.events.send('tobi', () => client.send('tobi 2'));
  },
  'test sending json from server': (client) => client.send(3141592),
  'test sending json from client': (client) => {
    client.on('message', (message) => {
      expect(message).to.deep.equal([1, 2, 3]);
      client.send('echo');
    });
  },
  'test emitting an event from server': ({ events }) => void events.emit('woot'),
  'test emitting an event to server': ({ events }) => {
    events.on('woot', () => events.emit('echo'));
  },
  'test emitting multiple events at once to the server': ({ events }) => {
    const printed: string[] = [];
    events.on('print', (text: string) => {
      if (printed.push(text) === 2 && printed.join() === 'foo,bar') events.emit('done');
    });
  },
  'test emitting an event from server and sending back data': ({ events }) => {
    events.emit('woot', 1, (answer: unknown) => {
      if (answer === 'test') events.emit('done');
    });
  },
  'test emitting an event to server and sending back data': ({ events }) => {
    events.on('tobi', (a: number, b: number, answer: (value: object) => void) => {
      if (a === 1 && b === 2) answer({ hello: 'world' });
    });
  },
  'test sending query strings to the server': (client) => {
    client.send({ query: client.handshake?.query });
  },
  'test sending newline': answerDone('\n'),
  'test sending unicode': answerDone({ test: '☃' }),
};

/** It needs a browser: without `Worker` it calls `next` at once. */
const NOT_RUN = 'test webworker connection';
/** Of 88: ten more are for the builder of scripts inside the official server. */
const RUN = 77;

function echo(client: Client): void {
  client.on('message', (message) => client.send(message));
}

function answerDone(expected: unknown): (client: Client) => void {
  return (client) => {
    client.on('message', (message) => {
      if (JSON.stringify(message) === JSON.stringify(expected)) client.events.emit('done');
    });
  };
}

describe('the test suite of the official client of 0.9', () => {
  for (const version of ['0.9.16', '0.9.17']) {
    it(`passes, unmodified, with ${version}`, async () => {
      const { io, port } = await serve();
      io.on('connection', (client) => {
        BEHAVIOUR[client.handshake?.query['test'] as string]?.(client);
      });
      io.of('/woot').on('connection', (member) => {
        member.send('connected to woot');
        let count = 0;
        member.on('message', (message) => {
          if (message === 'ñ' && ++count === 4) member.events.emit('done');
        });
      });
      io.of('/chat').on('connection', (member) => void member.send('connected to chat'));
      io.of('/a', {
        authorize: ({ handshake }) =>
          handshake?.query['test'] !== 'test authorizing for namespaces',
      });
      io.of('/b');
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['--no-deprecation', SCRIPT, `socket.io-client-${version}`, String(port)],
        { timeout: 60_000 },
      );
      const results = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as [string, string, string | null]);
      const failed = results.filter(([, , error]) => error !== null);
      expect(failed).to.deep.equal([]);
      expect(results.filter(([, name]) => name !== NOT_RUN)).to.have.length(RUN);
    }).timeout(60_000);
  }
});
