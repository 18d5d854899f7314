/**
 * Feeds of other servers: `~m~` over a WebSocket, JSON without `~j~`, and a JSON object as the first
 * message.
 *
 * @module
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { type WebSocket, WebSocketServer } from 'ws';
import { afterThisTest } from '../../support/cleanup.js';
import { framed, parsePayload } from '../../support/payload.js';
import { listenOnLoopback } from '../../support/server.js';
import { until } from '../../support/wait.js';
import { AT_ONCE, RecordedSocket } from './support.js';

const HANDSHAKE = { session_id: 'abc_def', timestamp: 1, protocol: 'json' };
const UPDATES = 20_000;
const PER_PAYLOAD = 10;

interface Feed {
  readonly port: number;
  readonly requests: IncomingMessage[];
  readonly sockets: WebSocket[];
  /** Messages received from clients. */
  readonly received: string[];
}

/** A server without Socket.IO that sends `greeting` to each new client. */
async function feed(greeting: string): Promise<Feed> {
  const server = createServer();
  const wss = new WebSocketServer({ server, handleProtocols: (names) => [...names][0] ?? false });
  const port = await listenOnLoopback(server);
  const requests: IncomingMessage[] = [];
  const sockets: WebSocket[] = [];
  const received: string[] = [];
  wss.on('connection', (socket, request) => {
    requests.push(request);
    sockets.push(socket);
    socket.send(framed(greeting));
    socket.on('message', (data: Buffer) => received.push(...parsePayload(data.toString())));
  });
  afterThisTest(() => wss.close());
  afterThisTest(() => sockets.forEach((socket) => socket.terminate()));
  return { port, requests, sockets, received };
}

describe('Socket, connected to a feed', () => {
  it('exposes a JSON handshake and takes the session id from it', async () => {
    const { port, requests } = await feed(JSON.stringify(HANDSHAKE));
    const url = `ws://127.0.0.1:${port}/socket.io/websocket?from=chart&date=1`;
    const recorded = new RecordedSocket(url, { origin: 'http://example.com', protocols: 'json' });
    recorded.socket.connect();
    await recorded.next('connect');
    expect(recorded.socket.handshake).to.deep.equal(HANDSHAKE);
    expect(recorded.socket.sessionId).to.equal('abc_def');
    const [request] = requests;
    expect(request?.url).to.equal('/socket.io/websocket?from=chart&date=1');
    expect(request?.headers).to.include({
      origin: 'http://example.com',
      'sec-websocket-protocol': 'json',
    });
  });

  for (const [greeting, handshake, id] of [
    ['~j~{"session_id":"a"}', { session_id: 'a' }, 'a'],
    ['{"sid":1}', { sid: 1 }, '{"sid":1}'],
    ['{"session_id":""}', { session_id: '' }, '{"session_id":""}'],
    ['{an id}', '{an id}', '{an id}'],
    ['12345', '12345', '12345'],
  ] as const) {
    it(`accepts ${greeting} as the handshake`, async () => {
      const { port } = await feed(greeting);
      const recorded = new RecordedSocket(`ws://127.0.0.1:${port}/feed`);
      recorded.socket.connect();
      await recorded.next('connect');
      expect(recorded.socket.handshake).to.deep.equal(handshake);
      expect(recorded.socket.sessionId).to.equal(id);
    });
  }

  it('echoes heartbeats unchanged and sends JSON text without ~j~', async () => {
    const { port, sockets, received } = await feed(JSON.stringify(HANDSHAKE));
    const recorded = new RecordedSocket(`ws://127.0.0.1:${port}/socket.io/websocket`);
    recorded.socket.send('{"m":"subscribe","p":["A"]}').connect();
    await recorded.next('connect');
    sockets[0]?.send(framed('{"m":"first"}', '~h~17', '{"m":"second"}'));
    expect(await recorded.message()).to.equal('{"m":"first"}');
    expect(await recorded.message()).to.equal('{"m":"second"}');
    await until(() => received.length === 2, 'the echo');
    expect(received).to.deep.equal(['{"m":"subscribe","p":["A"]}', '~h~17']);
  });

  it('reads a length beyond the end of a payload as the rest of it', async () => {
    const { port, sockets } = await feed('id');
    const recorded = new RecordedSocket(`ws://127.0.0.1:${port}/feed`);
    recorded.socket.connect();
    await recorded.next('connect');
    // some feeds count bytes: 7 instead of 5
    sockets[0]?.send('~m~5~m~first~m~7~m~grüße');
    expect(await recorded.message()).to.equal('first');
    expect(await recorded.message()).to.equal('grüße');
  });

  for (const transport of ['server-events', 'xhr-polling']) {
    it(`reads a length beyond the end as the rest over ${transport}`, async () => {
      let polls = 0;
      const server = createServer((_request, response) => {
        if (transport === 'server-events') {
          response.writeHead(200, { 'Content-Type': 'text/event-stream' });
          response.write('data: ~m~2~m~id\n\ndata: ~m~7~m~grüße\n\n');
        } else if (++polls < 3) {
          response.end(polls === 1 ? '~m~2~m~id' : '~m~7~m~grüße');
        }
      });
      const port = await listenOnLoopback(server);
      const recorded = new RecordedSocket(`http://127.0.0.1:${port}/feed/${transport}`);
      recorded.socket.connect();
      expect(await recorded.message()).to.equal('grüße');
    });
  }

  it('starts a new session at the same address after a lost connection', async () => {
    const { port, requests, sockets } = await feed(JSON.stringify(HANDSHAKE));
    const recorded = new RecordedSocket(`ws://127.0.0.1:${port}/socket.io/websocket?x=1`, AT_ONCE);
    recorded.socket.connect();
    await recorded.next('connect');
    sockets[0]?.terminate();
    await recorded.next('reconnect');
    const urls = requests.map(({ url }) => url);
    expect(urls).to.deep.equal(['/socket.io/websocket?x=1', '/socket.io/websocket?x=1']);
  });

  it(`receives ${UPDATES} updates in order and loses none`, async () => {
    const { port, sockets, received } = await feed(JSON.stringify(HANDSHAKE));
    const recorded = new RecordedSocket(`ws://127.0.0.1:${port}/socket.io/websocket`);
    recorded.socket.connect();
    await recorded.next('connect');
    const [server] = sockets;
    async function publish(): Promise<void> {
      for (let n = 0; n < UPDATES;) {
        const texts: string[] = [];
        while (texts.length < PER_PAYLOAD) texts.push(`{"m":"qsd","p":["A",{"n":${n++}}]}`);
        // feeds send heartbeats among other messages
        if (n % 1000 === 0) texts.push(`~h~${n / 1000}`);
        server?.send(framed(...texts));
        // 100 payloads of ten: 100 ms of a feed with 10,000 updates per second
        if (n % 1000 === 0) await setImmediate();
      }
    }
    const publishing = publish();
    let expected = 0;
    for await (const message of recorded.socket) {
      const { p } = JSON.parse(message as string) as { p: [string, { n: number }] };
      if (p[1].n !== expected) throw new Error(`Expected ${expected}, got ${p[1].n}`);
      if (++expected === UPDATES) break;
    }
    await publishing;
    expect(expected).to.equal(UPDATES);
    if (server && server.readyState !== server.CLOSED) await once(server, 'close');
    expect(received).to.deep.equal(Array.from({ length: UPDATES / 1000 }, (_, i) => `~h~${i + 1}`));
  });
});
