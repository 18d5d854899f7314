import { expect } from 'chai';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { afterThisTest } from '../../../support/cleanup.js';
import { Queue } from '../../../support/queue.js';
import { listenOnLoopback } from '../../../support/server.js';
import { AT_ONCE, RecordedSocket } from '../support.js';

const V1 = { protocol: '0.9', ...AT_ONCE } as const;

/** A WebSocket server that sends packets to each connection. */
async function serve(...packets: readonly string[]): Promise<{
  readonly url: string;
  readonly received: Queue<string>;
}> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  afterThisTest(() => server.close());
  await once(server, 'listening');
  const received = new Queue<string>();
  server.on('connection', (ws) => {
    ws.on('message', (data: Buffer) => received.push(data.toString()));
    for (const packet of packets) ws.send(packet);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `ws://127.0.0.1:${port}/`, received };
}

/** A server that answers every handshake with a text. */
async function answering(text: string): Promise<string> {
  const server = createServer((_request, response) => response.end(text));
  afterThisTest(() => void server.close());
  return `http://127.0.0.1:${await listenOnLoopback(server)}`;
}

const errorOf = async (recorded: RecordedSocket): Promise<unknown[]> => {
  const [, error] = (await recorded.next('error')) as [string, { code: string; message: string }];
  return [error.code, error.message];
};

describe('the Node client with protocol 0.9', () => {
  it('reports a response that is not a handshake', async () => {
    const recorded = new RecordedSocket(await answering('hello'), { ...V1, reconnect: false });
    recorded.socket.connect();
    expect(await errorOf(recorded)).to.deep.equal([
      'ERR_SIO_CONNECT_FAILED',
      'The response is not a handshake of Socket.IO 0.7 to 0.9',
    ]);
  });

  it('reports a server that offers none of its transports', async () => {
    const url = await answering('id:15:25:jsonp-polling,htmlfile');
    const recorded = new RecordedSocket(url, { ...V1, reconnect: false });
    recorded.socket.connect();
    const [code, message] = await errorOf(recorded);
    expect(code).to.equal('ERR_SIO_CONNECT_FAILED');
    expect(message).to.match(/only jsonp-polling, htmlfile$/);
  });

  it('ignores packets that are malformed, empty, or of endpoints that it has not joined', async () => {
    const { url } = await serve('x', '8::', '1::/other', '0::/other', '3::/other:no', '3:::yes');
    const recorded = new RecordedSocket(url, { ...V1, handshake: false });
    recorded.socket.connect();
    expect(await recorded.message()).to.equal('yes');
  });

  it('reports errors of the server, and reconnects if it advises so', async () => {
    const { url } = await serve('7:::0', '7:::1+0');
    const recorded = new RecordedSocket(url, { ...V1, handshake: false });
    recorded.socket.connect();
    const codes = [(await errorOf(recorded))[0], (await errorOf(recorded))[0]];
    expect(codes).to.deep.equal(['ERR_SIO_REFUSED', 'ERR_SIO_REFUSED']);
    await recorded.next('reconnect');
  });

  it('emits the end of an endpoint that the server closes', async () => {
    const { url, received } = await serve('1::/chat', '0::/chat');
    const recorded = new RecordedSocket(url, { ...V1, handshake: false });
    const events: string[] = [];
    const chat = recorded.socket.of('/chat');
    chat.on('connect', () => events.push('connect'));
    const ended = once(chat, 'disconnect');
    recorded.socket.connect();
    expect(await received.next('to join')).to.equal('1::/chat');
    await ended;
    expect(events).to.deep.equal(['connect']);
    expect(recorded.socket.connected).to.equal(true);
  });

  it('emits and sends packets as they are with `raw`', async () => {
    const { url, received } = await serve('5:1+::{"name":"news","args":[1]}', '8::', '2::');
    const recorded = new RecordedSocket(url, { ...V1, handshake: false, raw: true });
    recorded.socket.connect().send('3:::{not JSON');
    expect(await recorded.message()).to.equal('5:1+::{"name":"news","args":[1]}');
    const packets = [await received.next('a packet'), await received.next('a packet')];
    expect(packets.toSorted()).to.deep.equal(['2::', '3:::{not JSON']);
  });
});
