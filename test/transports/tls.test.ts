import { expect } from 'chai';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { WebSocket } from 'ws';
import { listen, type Listener } from '../../lib/index.js';
import { Bytes } from '../support/bytes.js';
import { afterThisTest } from '../support/cleanup.js';
import { HixieDriver } from '../support/drivers/index.js';
import { framed } from '../support/payload.js';
import { appListener, listenOnLoopback, QUIET } from '../support/server.js';

const FIXTURES = join(__dirname, '..', '..', '..', 'test', 'fixtures');

async function serveTls(): Promise<{ io: Listener; port: number }> {
  const key = readFileSync(join(FIXTURES, 'localhost.key'));
  const cert = readFileSync(join(FIXTURES, 'localhost.crt'));
  const server = createServer({ key, cert }, appListener);
  const io = listen(server, QUIET);
  const port = await listenOnLoopback(server);
  afterThisTest(() => io.close());
  return { io, port };
}

function fetchText(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', path, rejectUnauthorized: false, agent: false };
    const asked = httpsRequest(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve(text));
    });
    asked.on('error', reject).end();
  });
}

describe('over TLS', () => {
  it('serves a WebSocket', async () => {
    const { io, port } = await serveTls();
    io.on('clientMessage', (message, client) => client.send(message));
    const socket = new WebSocket(`wss://127.0.0.1:${port}/socket.io/websocket`, {
      rejectUnauthorized: false,
    });
    afterThisTest(() => socket.terminate());
    const [id] = (await once(socket, 'message')) as [Buffer];
    expect(id.toString()).to.equal(framed(Object.keys(io.clients)[0] ?? ''));
    socket.send(framed('grüße'));
    const [echo] = (await once(socket, 'message')) as [Buffer];
    expect(echo.toString()).to.equal(framed('grüße'));
  });

  it('answers polls, and leaves other requests to the application', async () => {
    const { io, port } = await serveTls();
    const [, id = ''] =
      /^~m~38~m~(\d{38})$/.exec(await fetchText(port, '/socket.io/xhr-polling/')) ?? [];
    io.clients[id]?.send('hello');
    expect(await fetchText(port, `/socket.io/xhr-polling/${id}`)).to.equal(framed('hello'));
    expect(await fetchText(port, '/')).to.equal('app');
  });

  it('names wss in the handshake of draft 76', async () => {
    const { port } = await serveTls();
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    afterThisTest(() => socket.destroy());
    const bytes = new Bytes();
    socket.on('data', (chunk: Buffer) => bytes.push(chunk));
    socket.write(new HixieDriver(port).opening(''));
    socket.write('12345678');
    const head = (await bytes.readThrough('\r\n\r\n')).toString();
    expect(head).to.include('\r\nSec-WebSocket-Location: wss://localhost/socket.io/websocket\r\n');
    await bytes.read(16);
    await bytes.expect('\x00~m~38~m~');
  });
});
