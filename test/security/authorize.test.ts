import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Authorize, AuthorizeCallback, ListenerOptions, Verdict } from '../../lib/index.js';
import { afterThisTest } from '../support/cleanup.js';
import { ManualClock } from '../support/clock.js';
import { VARIANTS } from '../support/drivers/index.js';
import { serve, type Served } from '../support/server.js';
import { until, within } from '../support/wait.js';
import { expectNothingLeft } from '../support/checks.js';
import { HANDSHAKE, HIXIE_76, KEY3 } from '../support/frames.js';
import { request, requestBytes } from '../support/raw.js';
import { openPolling, sendBytes, statusOf } from '../support/requests.js';

/** A server whose hook waits until the test decides. */
async function serveWaiting(
  options: ListenerOptions = {},
): Promise<Served & { asked: IncomingMessage[]; callbacks: AuthorizeCallback[] }> {
  const asked: IncomingMessage[] = [];
  const callbacks: AuthorizeCallback[] = [];
  const served = await serve({
    authorize: (asking, callback) => {
      asked.push(asking);
      callbacks.push(callback);
    },
    ...options,
  });
  return { ...served, asked, callbacks };
}

const LIBRARY = join(__dirname, '..', '..', 'lib', 'index.js');

interface Warning extends Error {
  readonly code?: string;
  readonly detail?: string;
}

/** The next warning of the process; standard error does not see it. */
function warning(): Promise<Warning> {
  const others = process.listeners('warning');
  process.removeAllListeners('warning');
  const next = new Promise<Warning>((resolve) => process.once('warning', resolve));
  return within(next, () => 'a warning').finally(() => {
    for (const listener of others) process.on('warning', listener);
  });
}

const POLL = requestBytes('/socket.io/xhr-polling//1');
const WEBSOCKET = requestBytes('/socket.io/websocket', { headers: HANDSHAKE });

/** The four ways to begin a handshake that differ in how they wait. */
const OPENINGS: readonly (readonly [string, Buffer])[] = [
  ['a poll', POLL],
  ['a stream', requestBytes('/socket.io/htmlfile')],
  ['a WebSocket', WEBSOCKET],
  [
    'a WebSocket of draft 76',
    Buffer.concat([requestBytes('/socket.io/websocket', { headers: HIXIE_76 }), KEY3]),
  ],
];

describe('authorize', () => {
  const styles: readonly (readonly [string, (verdict: Verdict) => Authorize])[] = [
    ['by what it returns', (verdict) => () => verdict],
    ['by a Promise', (verdict) => async () => Promise.resolve(verdict)],
    ['by its callback, at once', (verdict) => (_asking, callback) => callback(null, verdict)],
    [
      'by its callback, later',
      (verdict) => (_asking, callback) => void setImmediate(() => callback(undefined, verdict)),
    ],
  ];
  for (const [style, hook] of styles) {
    for (const { name, create } of VARIANTS) {
      it(`accepts or refuses ${name} ${style}`, async () => {
        const open = await serve({ authorize: hook(true) });
        const driver = await create(open.port).open();
        const client = await open.client(driver.sessionId);
        client.send('welcome');
        expect(await driver.next()).to.equal('welcome');
        const closed = await serve({ authorize: hook(false) });
        const answer = await create(closed.port).refusal();
        expect([answer.status, answer.body]).to.deep.equal([403, 'Not authorized']);
        expect(closed.io.clients).to.deep.equal({});
        await expectNothingLeft(closed);
      });
    }
  }

  it('refuses with the given status and message, and emits them in the refused event', async () => {
    let denial: Verdict = { status: 401, message: 'log in first' };
    const { port, io } = await serve({ authorize: () => denial });
    const refused: unknown[] = [];
    io.on('refused', ({ code, status, message }) => refused.push([code, status, message]));
    for (const [, bytes] of OPENINGS) {
      const answer = await (await sendBytes(port, bytes)).readResponse();
      expect([answer.status, answer.body]).to.deep.equal([401, 'log in first']);
    }
    expect(refused).to.deep.equal(
      OPENINGS.map(() => ['ERR_SIO_UNAUTHORIZED', 401, 'log in first']),
    );
    const odd: readonly (readonly [unknown, number])[] = [
      [{ status: 200 }, 403],
      [{ status: 101 }, 403],
      [{ status: '401' }, 403],
      [{ status: 4e9, message: 5 }, 403],
      [{ message: 'no\r\nX-Injected: 1' }, 403],
      [{}, 403],
      ['yes', 403],
      [1, 403],
      [null, 403],
    ];
    for (const [verdict, status] of odd) {
      denial = verdict as Verdict;
      const answer = await request(port, '/socket.io/xhr-polling//1');
      expect(answer.status, JSON.stringify(verdict)).to.equal(status);
      expect(answer.headers).not.to.have.property('x-injected');
    }
  });

  it('refuses every client if it returns nothing and takes no callback', async () => {
    const { port } = await serve({ authorize: (() => undefined) as unknown as Authorize });
    expect(await statusOf(port, requestBytes('/socket.io/xhr-polling//1'))).to.equal(403);
  });

  it('is called for new sessions only, and not bypassed by an unknown session id', async () => {
    let asked = 0;
    let mayEnter = true;
    const { port, io } = await serve({
      authorize: () => {
        asked++;
        return mayEnter;
      },
    });
    const id = await openPolling(port);
    mayEnter = false;
    io.clients[id]?.send('hi');
    expect((await request(port, `/socket.io/xhr-polling/${id}/2`)).body).to.equal('~m~2~m~hi');
    const post = { method: 'POST', body: 'data=~m~2~m~hi' };
    expect((await request(port, `/socket.io/xhr-polling/${id}/send`, post)).status).to.equal(200);
    expect(asked).to.equal(1);
    expect((await request(port, '/socket.io/xhr-polling/123/1')).status).to.equal(404);
    for (const stale of ['123', `${id}0`, '__proto__']) {
      const headers = { 'Last-Event-ID': stale };
      const answer = await request(port, '/socket.io/server-events/', { headers });
      expect(answer.status).to.equal(403);
    }
    // a preflight and a POST begin no session
    const before = asked;
    const preflight = { 'Access-Control-Request-Method': 'POST', Origin: 'http://a' };
    await request(port, '/socket.io/xhr-polling//1', { method: 'OPTIONS', headers: preflight });
    expect((await request(port, '/socket.io/xhr-polling//send', post)).status).to.equal(400);
    expect(asked).to.equal(before);
    expect(Object.keys(io.clients)).to.deep.equal([id]);
  });

  it('is not called for a WebSocket of a page that is not allowed, or above a limit', async () => {
    const { port, asked } = await serveWaiting({ origins: 'example.com:*', maxSessions: 1 });
    const headers = { ...HANDSHAKE, Origin: 'http://evil.com' };
    expect(await statusOf(port, requestBytes('/socket.io/websocket', { headers }))).to.equal(403);
    expect(asked).to.have.length(0);
    const waiting = await sendBytes(port, requestBytes('/socket.io/xhr-polling//1'));
    await until(() => asked.length === 1, 'the question');
    expect(await statusOf(port, requestBytes('/socket.io/xhr-polling//1'))).to.equal(503);
    expect(asked).to.have.length(1);
    waiting.destroy();
  });

  for (const [name, bytes] of OPENINGS) {
    it(`leaves nothing behind when ${name} closes while it is pending, by FIN or reset`, async () => {
      const served = await serveWaiting();
      const { port, io, asked, callbacks } = served;
      const reset = await sendBytes(port, bytes);
      await until(() => asked.length === 1, 'the question');
      expect(io._limiter.handshakes).to.equal(1);
      reset.reset();
      if (name.startsWith('a WebSocket')) {
        // the connection is not read while it is pending: its end is noticed later
        callbacks[0]?.(null, true);
      }
      await until(() => io._limiter.handshakes === 0, 'the handshake to be forgotten');
      const ended = await sendBytes(port, bytes);
      await until(() => asked.length === 2, 'the question');
      ended.end();
      callbacks[1]?.(null, true);
      callbacks[1]?.(null, false);
      callbacks[1]?.(new Error('twice'));
      ended.destroy();
      for (const client of Object.values(io.clients)) client._onDisconnect();
      await expectNothingLeft(served);
      for (const callback of callbacks) callback(null, true);
      expect(io.clients).to.deep.equal({});
    });

    it(`refuses ${name} with 503 after its timeout`, async () => {
      const clock = new ManualClock();
      const served = await serveWaiting({ clock, handshakeTimeout: 2000 });
      const raw = await sendBytes(served.port, bytes);
      await until(() => served.asked.length === 1, 'the question');
      clock.tick(1900);
      expect(served.io._limiter.handshakes).to.equal(1);
      clock.tick(200);
      expect((await raw.readResponse()).status).to.equal(503);
      served.callbacks[0]?.(null, true);
      await expectNothingLeft(served);
    });

    it(`refuses ${name} with 500 if it throws or rejects, and warns of the error`, async () => {
      const hooks: Authorize[] = [
        () => {
          throw new Error('thrown');
        },
        async (): Promise<boolean> => Promise.reject(new Error('rejected')),
      ];
      for (const [i, authorize] of hooks.entries()) {
        const served = await serve({ authorize });
        const told = warning();
        const answer = await (await sendBytes(served.port, bytes)).readResponse();
        expect([answer.status, answer.body]).to.deep.equal([500, 'Authorization failed']);
        const text = `\`authorize\` failed: Error: ${['thrown', 'rejected'][i]}`;
        const warned = await told;
        expect(warned).to.include({ message: text, code: 'ERR_SIO_AUTHORIZE_FAILED' });
        expect(warned.detail).to.match(/^ {4}at .*authorize\.test\.[jt]s/);
        await expectNothingLeft(served);
      }
    });
  }

  it('opens no session for pipelined handshakes whose connection closes while they are pending', async () => {
    const served = await serveWaiting({ maxHandshakes: 100 });
    const { port, io, asked, callbacks } = served;
    const bytes = Array(5).fill(requestBytes('/socket.io/htmlfile')) as Buffer[];
    const raw = await sendBytes(port, Buffer.concat(bytes));
    await until(() => asked.length === bytes.length, 'the handshakes');
    raw.reset();
    await until(() => asked[0]?.socket.destroyed === true, 'the reset');
    for (const callback of callbacks) callback(null, true);
    expect(io.clients).to.deep.equal({});
    await expectNothingLeft(served);
  });

  it('warns of any thrown value on one line, without control characters', async () => {
    const thrown: readonly (readonly [unknown, string])[] = [
      [new SyntaxError('at \u001b[2K\n    at forged'), 'SyntaxError: at ?[2K?    at forged'],
      [Object.assign(new Error('gone'), { code: 'ENOENT' }), 'Error: gone (ENOENT)'],
      ['text', "'text'"],
      [undefined, 'undefined'],
      [null, 'null'],
      [Object.create(null), '[Object: null prototype] {}'],
    ];
    for (const [value, text] of thrown) {
      const { port } = await serve({
        authorize: () => {
          throw value;
        },
      });
      const told = warning();
      expect(await statusOf(port, POLL)).to.equal(500);
      expect((await told).message).to.equal(`\`authorize\` failed: ${text}`);
    }
  });

  it('refuses with 500 if it calls back with an error, which the client does not see', async () => {
    const { port } = await serve({
      authorize: (_asking, callback) => callback(new Error('password of the database: 123'), true),
    });
    const answer = await request(port, '/socket.io/xhr-polling//1');
    expect([answer.status, answer.body]).to.deep.equal([500, 'Authorization failed']);
  });

  it('reads nothing of a WebSocket while it is pending, and delivers all of it afterwards', async () => {
    const { port, io, asked, callbacks } = await serveWaiting();
    const heard: unknown[] = [];
    io.on('clientMessage', (message) => heard.push(message));
    const headers = { Connection: 'Upgrade', Upgrade: 'WebSocket' };
    const raw = await sendBytes(port, requestBytes('/socket.io/websocket', { headers }));
    await until(() => asked.length === 1, 'the question');
    const message = Buffer.from('\0~m~1~m~x\xff', 'latin1');
    const flood = Buffer.concat(Array<Buffer>(1000).fill(message));
    for (let i = 0; i < 20; i++) raw.write(flood);
    await until(() => (asked[0]?.socket.readableLength ?? 0) > 0, 'the flood');
    const read = asked[0]?.socket.bytesRead ?? 0;
    expect(asked[0]?.socket.readableLength).to.be.below(200_000);
    expect(read).to.be.below(400_000);
    expect(heard).to.have.length(0);
    callbacks[0]?.(null, true);
    await until(() => heard.length === 20_000, 'the messages');
  });

  it('is ignored if the Listener is closed meanwhile', async () => {
    const served = await serveWaiting();
    const raws = await Promise.all(OPENINGS.map(([, bytes]) => sendBytes(served.port, bytes)));
    await until(() => served.asked.length === OPENINGS.length, 'the questions');
    served.io.close();
    for (const raw of raws) expect((await raw.readResponse()).status).to.equal(503);
    for (const callback of served.callbacks) callback(null, true);
    await expectNothingLeft(served);
  });

  it('keeps maxHandshakes handshakes pending, and refuses more with 503', async () => {
    const served = await serveWaiting({ maxHandshakes: 2 });
    const { port, asked, callbacks } = served;
    const first = await sendBytes(port, POLL);
    const second = await sendBytes(port, WEBSOCKET);
    await until(() => asked.length === 2, 'the questions');
    for (const [, bytes] of OPENINGS) expect(await statusOf(port, bytes)).to.equal(503);
    expect(asked).to.have.length(2);
    callbacks[0]?.(null, true);
    expect((await first.readResponse()).status).to.equal(200);
    callbacks[1]?.(null, false);
    expect((await second.readResponse()).status).to.equal(403);
    const third = await sendBytes(port, POLL);
    await until(() => asked.length === 3, 'the question');
    third.destroy();
  });

  it('does not end the process if it throws, and reports it in spite of a silent log', async () => {
    const program = `
      const server = require('node:http').createServer();
      require(${JSON.stringify(LIBRARY)}).listen(server, {
        log: false,
        flashPolicyServer: false,
        authorize: ({ headers }) => JSON.parse(headers.cookie).isKnown,
      });
      server.listen(0, '127.0.0.1', () => console.log(server.address().port));
    `;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'pipe'] });
    afterThisTest(() => child.kill('SIGKILL'));
    let told = '';
    child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const evil = { headers: { Cookie: '{' } };
    expect((await request(Number(line), '/socket.io/xhr-polling//1', evil)).status).to.equal(500);
    const good = { headers: { Cookie: '{"isKnown":true}' } };
    expect((await request(Number(line), '/socket.io/xhr-polling//1', good)).status).to.equal(200);
    await until(() => told.includes('\n    at '), 'the warning');
    expect(told).to.match(/\[ERR_SIO_AUTHORIZE_FAILED\].*`authorize` failed: SyntaxError: .*JSON/);
  });
});
