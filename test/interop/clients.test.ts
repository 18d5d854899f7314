import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { WebSocket } from 'ws';
import { encode, type Client } from '../../lib/index.js';
import { afterThisTest } from '../support/cleanup.js';
import { Queue } from '../support/queue.js';
import { serve, type Served } from '../support/server.js';
import { until } from '../support/wait.js';
import { makeAppFolder } from './app-folder.js';

const ORIGINAL = dirname(require.resolve('socket.io/package.json'));
const OLD_CLIENT = join(ORIGINAL, 'support/node-websocket-client/lib/websocket.js');
const SCRIPT = resolve(__dirname, '../../../test/interop/2011/draft76.js');

/** Sends every message back. */
async function serveEcho(): Promise<Served> {
  const transportOptions = { websocket: { closeTimeout: 5000 } };
  const served = await serve({ transportOptions });
  served.io.on('connection', (client) => {
    client.on('message', (message) => client.send(message));
  });
  return served;
}

describe('draft-76 client of 0.6.18', () => {
  it('exchanges messages, resumes, and receives what it missed', async () => {
    const { io, port } = await serveEcho();
    const messages: unknown[] = [];
    let known: Client | null = null;
    let endings = 0;
    io.on('connection', (client) => {
      known = client;
      client.connection.on('end', () => client.send('missed').send('bye'));
      client.on('disconnect', () => endings++);
    });
    io.on('clientMessage', (message) => messages.push(message));

    const folder = makeAppFolder();
    afterThisTest(() => rmSync(folder, { recursive: true }));
    const url = `ws://127.0.0.1:${port}/socket.io/websocket`;
    const args = ['--no-deprecation', SCRIPT, folder, OLD_CLIENT, url];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 10_000 });
    const said = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);

    const client = known as Client | null;
    expect(said).to.deep.equal([
      { sessionId: client?.sessionId },
      'a text',
      '~j~{"an":"object"}',
      'café',
      '日本',
      'missed',
      'bye',
      'closed',
    ]);
    expect(messages).to.deep.equal(['a text', { an: 'object' }, 'café', '日本']);
    expect(client?.connections).to.equal(2);
    expect(endings).to.equal(0);
  }).timeout(20_000);
});

/** What it is sent, one payload per WebSocket message. */
function payloads(socket: WebSocket): Queue<string> {
  const queue = new Queue<string>();
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (isBinary) queue.fail(new Error('Payloads are text'));
    else queue.push(data.toString());
  });
  afterThisTest(() => socket.terminate());
  return queue;
}

describe('current WebSocket client', () => {
  const PATHS = [
    '/socket.io/websocket',
    '/socket.io/websocket/',
    '/socket.io/websocket?from=chart%2FNASDAQ&date=2026_11_21-09_00',
    '/socket.io/websocket/?token=a/b&type=chart',
  ];

  for (const path of PATHS) {
    it(`opens a session at ${path}`, async () => {
      const { port } = await serveEcho();
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, {
        origin: 'https://example.com',
      });
      const received = payloads(socket);
      expect(await received.next('the session id')).to.match(/^~m~38~m~\d{38}$/);
      socket.send(encode('hello'));
      expect(await received.next('the echo')).to.equal('~m~5~m~hello');
    });
  }

  it('receives the subprotocol that it requests', async () => {
    const { port } = await serveEcho();
    const url = `ws://127.0.0.1:${port}/socket.io/websocket`;
    const one = new WebSocket(url, 'borf');
    payloads(one);
    await once(one, 'open');
    expect(one.protocol).to.equal('borf');
    const none = new WebSocket(url);
    payloads(none);
    await once(none, 'open');
    expect(none.protocol).to.equal('');
  });

  it('receives one message per frame, and what it missed in one', async () => {
    const { io, port } = await serveEcho();
    const url = `ws://127.0.0.1:${port}/socket.io/websocket`;
    const socket = new WebSocket(url);
    const received = payloads(socket);
    const id = (await received.next('the session id')).slice('~m~38~m~'.length);
    const client = io.clients[id] as Client;
    client.send('one').send('two').send({ n: 3 });
    expect(await received.next('a message')).to.equal('~m~3~m~one');
    expect(await received.next('a message')).to.equal('~m~3~m~two');
    expect(await received.next('a message')).to.equal('~m~10~m~~j~{"n":3}');

    // Without a closing handshake: that would end the session.
    socket.terminate();
    await until(() => !client._open);
    client.send('four').send('five');
    const again = payloads(new WebSocket(`${url}/${id}`));
    expect(await again.next('what it missed')).to.equal('~m~4~m~four~m~4~m~five');
    client.send('six');
    expect(await again.next('a message')).to.equal('~m~3~m~six');
    expect(client.connections).to.equal(2);
  });
});

describe('plain HTTP client', () => {
  it('polls and posts with fetch', async () => {
    const { io, port } = await serveEcho();
    const url = `http://127.0.0.1:${port}/socket.io/xhr-polling`;
    const id = (await (await fetch(url)).text()).slice('~m~38~m~'.length);
    expect(id).to.match(/^\d{38}$/);
    const poll = fetch(`${url}/${id}/${Date.now()}`);
    await until(() => io.clients[id]?.connections === 2);
    const posted = await fetch(`${url}/${id}/send`, {
      method: 'POST',
      body: new URLSearchParams({ data: encode(['hello', { n: 1 }]) }),
    });
    expect(await posted.text()).to.equal('ok');
    const received = await poll;
    expect(received.headers.get('content-type')).to.equal('text/plain; charset=UTF-8');
    expect(await received.text()).to.equal('~m~5~m~hello~m~10~m~~j~{"n":1}');
  });
});
