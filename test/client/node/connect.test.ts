/**
 * How the Node client connects: refusals, retries, `beforeConnect`, `agent`.
 *
 * @module
 */
import { expect } from 'chai';
import { once } from 'node:events';
import { Agent, createServer, type RequestListener, type Server } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { AgentLike, ClientError, ConnectAttempt } from '../../../client/node/index.js';
import { afterThisTest } from '../../support/cleanup.js';
import { listenOnLoopback, serve } from '../../support/server.js';
import { until } from '../../support/wait.js';
import { AT_ONCE, TRANSPORTS, RecordedSocket } from './support.js';

const OURS = { transports: [...TRANSPORTS] };

/** A server that refuses every request and upgrade with `head` and `body`. */
async function refuse(head: string, body: string): Promise<number> {
  const response =
    `HTTP/1.1 ${head}\r\nConnection: close\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  const server = createServer(({ socket }) => socket.end(response));
  server.on('upgrade', (_request, socket: NetSocket) => {
    // the client resets the connection if it does not read all of the body
    socket.on('error', () => socket.destroy());
    socket.end(response);
  });
  return listenOnLoopback(server);
}

/** Records the URL of every request and upgrade. */
function recordUrls(server: Server): string[] {
  const urls: string[] = [];
  const record: RequestListener = ({ url = '' }) => urls.push(url);
  server.prependListener('request', record);
  server.prependListener('upgrade', record);
  return urls;
}

/** An agent of another package: it extends no class of Node. */
function foreignAgent(): AgentLike & { requests: number } {
  const agent = new Agent({ keepAlive: true }) as Agent & AgentLike;
  afterThisTest(() => agent.destroy());
  return {
    requests: 0,
    addRequest(...args) {
      this.requests++;
      return agent.addRequest(...args);
    },
  };
}

for (const transport of TRANSPORTS) {
  const only = { transports: [transport], reconnect: false };

  describe(`Socket, refused over ${transport}`, () => {
    it('emits an error with code, status and the message of the server', async () => {
      const port = await refuse('403 Forbidden\r\nContent-Type: text/plain', 'Not this client');
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, only);
      recorded.socket.connect();
      const [, error] = (await recorded.next('error')) as [string, ClientError];
      expect(error).to.include({
        name: 'ClientError',
        code: 'ERR_SIO_REFUSED',
        statusCode: 403,
        serverMessage: 'Not this client',
        message: 'The server refused the request with status 403: Not this client',
      });
      await recorded.next('connect_failed');
      expect(await recorded.rest()).to.deep.equal([]);
    });

    it('does not use a document as the message', async () => {
      const port = await refuse('502 Bad Gateway\r\nContent-Type: text/html', '<h1>Oops</h1>');
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, only);
      recorded.socket.connect();
      const [, error] = (await recorded.next('error')) as [string, ClientError];
      expect(error.message).to.equal('The server refused the request with status 502: Bad Gateway');
      expect(error.serverMessage).to.equal(undefined);
    });

    it('does not wait for the end of a long body', async () => {
      const port = await refuse('403 Forbidden', 'x'.repeat(1_000_000));
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, only);
      recorded.socket.connect();
      const [, error] = (await recorded.next('error')) as [string, ClientError];
      expect(error.statusCode).to.equal(403);
    });

    it('waits for Retry-After before the next attempt', async () => {
      const port = await refuse('503 Service Unavailable\r\nRetry-After: 7', 'Full');
      const options = { transports: [transport], ...AT_ONCE };
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, options);
      recorded.socket.connect();
      const [, error] = (await recorded.next('error')) as [string, ClientError];
      expect(error.retryAfter).to.equal(7000);
      await until(() => !recorded.socket.connecting, 'the end of the attempt');
      expect(recorded.socket.reconnecting).to.equal(true);
      expect(recorded.socket.reconnectionDelay).to.equal(7000);
    });
  });
}

describe('Socket, if the first connection fails', () => {
  it('retries until the server accepts connections', async () => {
    const unused = createServer();
    const port = await listenOnLoopback(unused);
    unused.close();
    await once(unused, 'close');
    const options = { ...AT_ONCE, maxReconnectionAttempts: 10_000 };
    const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, options);
    recorded.socket.send('queued').connect();
    await recorded.next('reconnecting');
    const { io, server } = await serve(OURS);
    server.close();
    await once(server, 'close');
    server.listen(port, '127.0.0.1');
    expect(await new Promise((resolve) => io.on('clientMessage', resolve))).to.equal('queued');
    const names = await recorded.rest();
    expect(names).to.include('connect');
    expect(names).to.not.include('reconnect');
    expect(names).to.not.include('connect_failed');
  });

  it('tries all transports in each attempt, until maxReconnectionAttempts', async () => {
    const options = { ...AT_ONCE, maxReconnectionAttempts: 2 };
    const recorded = new RecordedSocket('http://127.0.0.1:1', options);
    const tried: unknown[] = [];
    recorded.socket.on('connecting', (name) => tried.push(name));
    recorded.socket.connect();
    await recorded.next('connect_failed');
    expect(tried).to.deep.equal([...TRANSPORTS, ...TRANSPORTS, ...TRANSPORTS]);
    expect(recorded.socket.reconnecting).to.equal(false);
    expect(await recorded.rest()).to.deep.equal([]);
  });

  it('stops to retry after disconnect()', async () => {
    const recorded = new RecordedSocket('http://127.0.0.1:1', AT_ONCE);
    recorded.socket.connect();
    await recorded.next('reconnecting');
    recorded.socket.disconnect();
    const { socket } = recorded;
    expect([socket.connecting, socket.reconnecting]).to.deep.equal([false, false]);
  });
});

describe('Socket, with beforeConnect', () => {
  it('waits for fresh headers and query before each attempt', async () => {
    const { server, port } = await serve(OURS);
    const urls = recordUrls(server);
    const tokens: unknown[] = [];
    server.prependListener('request', ({ headers }) => tokens.push(headers['x-token']));
    const attempts: ConnectAttempt[] = [];
    const recorded = new RecordedSocket(`http://127.0.0.1:${port}/?room=1&token=old`, {
      ...AT_ONCE,
      transports: ['xhr-polling'],
      headers: { 'X-Token': 'old' },
      beforeConnect: async (attempt) => {
        attempts.push(attempt);
        await setImmediate();
        const token = `t&${attempts.length}`;
        return { query: { token }, headers: { 'x-token': token } };
      },
    });
    recorded.socket.connect();
    expect(recorded.socket.connecting).to.equal(true);
    await recorded.next('connect');
    const before = urls.length;
    expect(urls.every((url) => url.endsWith('room=1&token=t%261'))).to.equal(true);
    recorded.socket.transport?.onDisconnect();
    await recorded.next('reconnect');
    expect(urls.at(-1)?.endsWith('room=1&token=t%262')).to.equal(true);
    expect([tokens[0], tokens.at(-1)]).to.deep.equal(['t&1', 't&2']);
    expect(before).to.be.at.least(1);
    expect(attempts).to.deep.equal([{ attempt: 0 }, { attempt: 1 }]);
  });

  it('accepts a result that is not a promise, or none', async () => {
    const { server, port } = await serve(OURS);
    const urls = recordUrls(server);
    for (const changes of [{ query: { a: '1' } }, undefined]) {
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, {
        beforeConnect: () => changes,
      });
      recorded.socket.connect();
      await recorded.next('connect');
    }
    expect(urls.map((url) => url.split('?')[1])).to.deep.equal(['a=1', undefined]);
  });

  for (const [what, beforeConnect, message] of [
    ['rejects', () => Promise.reject(new Error('no token')), 'no token'],
    [
      'throws',
      () => {
        throw new Error('no token');
      },
      'no token',
    ],
    [
      'returns an invalid value',
      () => ({ headers: { a: 1 } }),
      'Expected `beforeConnect().headers` to be an object of strings, got',
    ],
  ] as const) {
    it(`emits error and retries if the function ${what}`, async () => {
      const { port } = await serve(OURS);
      let calls = 0;
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, {
        ...AT_ONCE,
        beforeConnect: () => (++calls === 1 ? (beforeConnect() as never) : undefined),
      });
      recorded.socket.connect();
      const [, error] = (await recorded.next('error')) as [string, Error];
      expect(error.message).to.include(message);
      await recorded.next('connect');
      expect(calls).to.equal(2);
    });
  }

  it('fails the attempt after connectTimeout', async () => {
    const recorded = new RecordedSocket('http://127.0.0.1:1', {
      reconnect: false,
      connectTimeout: 10,
      beforeConnect: () => new Promise(() => {}),
    });
    recorded.socket.connect();
    await recorded.next('connect_failed');
    expect(await recorded.rest()).to.deep.equal([]);
  });

  it('does not connect if disconnect() is called before the function finishes', async () => {
    const pending: (() => void)[] = [];
    const recorded = new RecordedSocket('http://127.0.0.1:1', {
      beforeConnect: () => new Promise((resolve) => pending.push(resolve)),
    });
    recorded.socket.connect();
    recorded.socket.disconnect();
    pending.forEach((resolve) => resolve());
    await setImmediate();
    expect(recorded.socket.connecting).to.equal(false);
    expect(await recorded.rest()).to.deep.equal([]);
  });
});

describe('Socket, with an agent', () => {
  for (const transport of TRANSPORTS) {
    it(`connects with every agent that Node accepts, over ${transport}`, async () => {
      const { io, port } = await serve(OURS);
      const foreign = foreignAgent();
      for (const agent of [foreign, false, null] as const) {
        const options = { agent, transports: [transport], reconnect: false };
        const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, options);
        recorded.socket.send('hello').connect();
        expect(await new Promise((resolve) => io.once('clientMessage', resolve))).to.equal('hello');
      }
      expect(foreign.requests).to.be.at.least(1);
    });
  }
});
