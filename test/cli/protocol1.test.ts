import { expect } from 'chai';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { afterThisTest } from '../support/cleanup.js';
import { serve } from '../support/server.js';
import { freePort } from '../support/tcp.js';
import { Run } from './run.js';

describe('connect --protocol 0.9', () => {
  it('prints packets in words, and sends events', async () => {
    const { io, port } = await serve();
    io.on('connection', (client) => {
      client.events.on('say', (text: string) => {
        client.events.emit('said', text, { by: 'me' });
      });
    });
    const url = `http://127.0.0.1:${port}`;
    const run = new Run('connect', '--protocol', '0.9', '--json', url);
    run.type('{"name":"say","args":["hi"]}\n');
    await run.shows('said');
    const meanings = run.events().map(({ meaning }) => meaning);
    expect(meanings.filter((meaning) => meaning !== undefined)).to.deep.equal([
      'the session is open',
      'event "say" ("hi")',
      'event "said" ("hi", {"by":"me"})',
    ]);
  }).timeout(20_000);

  it('connects without a handshake to a bare WebSocket', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    afterThisTest(() => server.close());
    await once(server, 'listening');
    const received: string[] = [];
    server.on('connection', (ws) => {
      ws.on('message', (data: Buffer) => {
        received.push(data.toString());
        ws.send('3:::MUTE 1');
      });
    });
    const { port } = server.address() as AddressInfo;
    const url = `ws://127.0.0.1:${port}/`;
    const run = new Run('connect', '--protocol', '0.9', '--no-handshake', url);
    run.type('ALIVE\n');
    await run.shows('MUTE 1');
    expect(received).to.deep.equal(['3:::ALIVE']);
  }).timeout(20_000);

  it('reports that no server listens at the address', async () => {
    const port = await freePort();
    const run = new Run('connect', '--protocol', '0.9', `127.0.0.1:${port}`);
    expect(await run.code()).to.equal(1);
    expect(run.out + run.err).to.include('No server listens at this address');
  }).timeout(20_000);
});
