import { expect } from 'chai';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { request } from '../support/raw.js';
import { afterThisTest } from '../support/cleanup.js';
import { serveAll } from './fixture.js';
import { roundRobin } from './round-robin.js';

const PLAIN = { 'Content-Type': 'text/plain;charset=UTF-8' };

/** A port over four processes, each of which answers messages. */
async function serveEcho(): Promise<number> {
  const members = await serveAll(4, { protocols: ['0.9'] });
  for (const { io } of members) {
    io.on('connection', (client) => {
      client.on('message', (message) => client.send(`echo of ${message as string}`));
    });
  }
  return roundRobin(members.map(({ port }) => port));
}

async function handshake(port: number): Promise<string> {
  const { status, body } = await request(port, '/socket.io/1/?t=1');
  expect(status).to.equal(200);
  return body.split(':', 1)[0] as string;
}

describe('requests of clients of 0.7 to 0.9 that arrive at another process', function () {
  this.timeout(60_000);

  it('open a WebSocket there', async () => {
    const port = await serveEcho();
    for (let i = 0; i < 3; i++) {
      const sessionId = await handshake(port);
      const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/1/websocket/${sessionId}`);
      afterThisTest(() => socket.terminate());
      const packets: string[] = [];
      socket.on('message', (data: Buffer) => packets.push(data.toString()));
      await once(socket, 'message');
      for (let n = 0; n < 10; n++) {
        socket.send(`3:::m${n}`);
        await once(socket, 'message');
      }
      expect(packets).to.deep.equal([
        '1::',
        ...Array.from({ length: 10 }, (_, n) => `3:::echo of m${n}`),
      ]);
      socket.close();
      await once(socket, 'close');
    }
  });

  it('poll and post there', async () => {
    const port = await serveEcho();
    for (let i = 0; i < 3; i++) {
      const path = `/socket.io/1/xhr-polling/${await handshake(port)}`;
      expect((await request(port, `${path}?t=2`)).body).to.equal('1::');
      for (let n = 0; n < 10; n++) {
        const post = { method: 'POST', headers: PLAIN, body: `3:::m${n}` };
        expect((await request(port, `${path}?t=3`, post)).body).to.equal('1');
        expect((await request(port, `${path}?t=4`)).body).to.equal(`3:::echo of m${n}`);
      }
      await request(port, `${path}/?disconnect`);
      expect((await request(port, `${path}?t=5`)).body).to.equal('7:::1+0');
    }
  });
});
