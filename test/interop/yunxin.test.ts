import { expect } from 'chai';
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { listen, type Client } from '../../lib/index.js';
import { afterThisTest } from '../support/cleanup.js';
import { Queue } from '../support/queue.js';
import { listenOnLoopback, QUIET } from '../support/server.js';
import { until } from '../support/wait.js';
import { PEER_TIMEOUT_MS, peerFolder } from './peers.js';

const TESTS = join(__dirname, '..', '..', '..', 'test');
const SCRIPT = join(TESTS, 'interop', '2011', 'nim.js');
const CERTIFICATE_FILE = join(TESTS, 'fixtures', 'localhost.crt');
const KEY_FILE = join(TESTS, 'fixtures', 'localhost.key');
const TIMEOUT_MS = 60_000;

/** A command of the client. */
interface Command {
  readonly SER: number;
  readonly SID: number;
  readonly CID: number;
  readonly Q: readonly unknown[];
}

/** A server that accepts each command, as that of a chat room does, and what it has received. */
class Room {
  readonly clients: Queue<Client> = new Queue();
  readonly ends: Queue<string> = new Queue();
  readonly received: string[] = [];
  port = 0;

  static async start(): Promise<Room> {
    const room = new Room();
    const cert = readFileSync(CERTIFICATE_FILE);
    const server = createServer({ cert, key: readFileSync(KEY_FILE) });
    const io = listen(server, { ...QUIET, protocol1: { heartbeatInterval: 20 } });
    room.port = await listenOnLoopback(server);
    afterThisTest(() => io.close());
    io.on('connection', (client) => {
      client.on('message', (message) => room.#answer(client, String(message)));
      client.on('disconnect', (reason) => room.ends.push(reason));
      room.clients.push(client);
    });
    return room;
  }

  #answer(client: Client, text: string): void {
    this.received.push(text);
    const { SER, SID, CID } = JSON.parse(text) as Command;
    if (SER > 0) client.send(JSON.stringify({ ser: SER, sid: SID, cid: CID, code: 200, r: [{}] }));
  }
}

describe('the connection code of nim-web-sdk-ng 10.8.1, which is not that of the official client', function () {
  this.timeout(TIMEOUT_MS);
  let folder: string;

  before(async function () {
    this.timeout(PEER_TIMEOUT_MS);
    folder = await peerFolder(this, 'nim-web-sdk-ng@10.8.1');
  });

  it('logs in, sends messages, answers heartbeats, reconnects and disconnects', async () => {
    const room = await Room.start();
    const page = fork(SCRIPT, [folder, `127.0.0.1:${room.port}`], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: CERTIFICATE_FILE },
    });
    afterThisTest(() => page.kill('SIGKILL'));
    const events = new Queue<unknown[]>();
    page.on('message', (event: unknown[]) => events.push(event));
    page.on('exit', (code) => events.fail(new Error(`The page ended: ${code}`)));

    const first = await room.clients.next('a client');
    expect([first.protocol, first.transport]).to.deep.equal(['0.9', 'websocket']);
    expect(first.handshake?.secure).to.equal(true);
    expect(await events.next('the login')).to.deep.equal(['logined']);
    page.send(['send', 'grüße 😀 "1:2"\n']);
    expect(await events.next('a message')).to.deep.equal(['sent', 'grüße 😀 "1:2"\n']);
    expect(room.received.filter((text) => text.includes('grüße 😀'))).to.have.length(1);
    // The next heartbeat follows the answer to the last one.
    await until(() => first._timer.heartbeats > 3, 'answers to heartbeats');
    first.connection?.destroy();
    expect(await events.next('the loss')).to.deep.equal(['disconnect']);
    expect(await events.next('the attempt')).to.deep.equal(['willReconnect']);
    const second = await room.clients.next('the second session');
    expect(second.sessionId).not.to.equal(first.sessionId);
    expect(await events.next('the second login')).to.deep.equal(['logined']);
    expect(await room.ends.next('the first end')).to.match(/^transport/);
    page.send(['disconnect']);
    expect(await room.ends.next('the second end')).to.equal('client close');
  });
});
