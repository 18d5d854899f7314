import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeAppFolder } from './app-folder.js';

const PACKAGE = join(__dirname, '..', '..', '..');
const RUN = join(PACKAGE, 'test', 'interop', '2011', 'run.js');
const ORIGINAL = dirname(require.resolve('socket.io/package.json'));

/** Every test of the original, and how many assertions it makes on the original, Node 0.8.28. */
const SUITE: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'index.js': { 'test server initialization': 1 },
  'listener.js': {
    'test serving static javascript client': 6,
    'test serving non-socket.io requests': 1,
    'test destroying an upgrade connection that is not WebSocket': 1,
    'test broadcasting to clients': 2,
    'test connecting with an invalid sessionid': 1,
    'test connecting to an invalid transport': 1,
  },
  'transports.flashsocket.js': { 'test xml policy added to connection': 1 },
  'transports.htmlfile.js': {
    'test connection and handshake': 12,
    'test clients tracking': 12,
    'test buffered messages': 15,
    'test hearbeat timeout': 10,
  },
  'transports.jsonp-polling.js': {
    'test connection and handshake': 6,
    'test clients tracking': 2,
    'test buffered messages': 6,
  },
  'transports.websocket.js': {
    'test connection and handshake': 3,
    'test clients tracking': 2,
    'test buffered messages': 5,
    'test json encoding': 3,
    'test hearbeat timeout': 3,
    'test client broadcast': 3,
  },
  'transports.xhr-multipart.js': {
    'test connection and handshake': 6,
    'test clients tracking': 2,
    'test buffered messages': 5,
    'test hearbeat timeout': 3,
  },
  'transports.xhr-polling.js': {
    'test connection and handshake': 6,
    'test clients tracking': 2,
    'test buffered messages': 6,
  },
  'utils.js': {
    'test decoding': 3,
    'test decoding of bad framed messages': 3,
    'test encoding': 4,
  },
};

const LONGEST_RUN_MS = 20_000;

interface Outcome {
  readonly assertions: number;
  readonly failures: readonly string[];
}

describe('test suite of socket.io 0.6.18, unmodified', function () {
  this.timeout(LONGEST_RUN_MS + 5000);
  // They allow a poll 100 ms, which is too short on a busy machine.
  this.retries(2);
  let app: string;

  before(() => {
    app = makeAppFolder();
  });

  after(() => rmSync(app, { recursive: true }));

  /** Runs the original's file in a process of its own, and reads its output: JSON, line by line. */
  function run(file: string, ...test: string[]): Promise<unknown[]> {
    const args = ['--no-deprecation', RUN, app, join(ORIGINAL, 'tests', file), ...test];
    return new Promise((resolve, reject) => {
      execFile(process.execPath, args, { timeout: LONGEST_RUN_MS }, (error, stdout) => {
        if (error && stdout === '') reject(error);
        else
          resolve(
            stdout
              .trim()
              .split('\n')
              .map((line) => JSON.parse(line) as unknown),
          );
      });
    });
  }

  for (const [file, tests] of Object.entries(SUITE)) {
    describe(file, () => {
      it('contains the tests that are run here', async () => {
        const [names] = await run(file);
        expect(names).to.deep.equal(Object.keys(tests));
      });

      for (const [name, assertions] of Object.entries(tests)) {
        it(name.replace('test ', ''), async () => {
          const outcome = (await run(file, name)).at(-1) as Outcome;
          expect(outcome.failures).to.deep.equal([]);
          expect(outcome.assertions).to.equal(assertions);
        });
      }
    });
  }
});
