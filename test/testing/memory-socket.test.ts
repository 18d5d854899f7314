import { expect } from 'chai';
import { once } from 'node:events';
import { listen, type Client } from '../../lib/index.js';
import { createTestServer, TestClock } from '../../lib/testing/index.js';
import { Inbox } from '../../lib/testing/inbox.js';
import { MemorySocket, type ClientEnd } from '../../lib/testing/memory/memory-socket.js';
import { Network } from '../../lib/testing/memory/network.js';
import { afterThisTest } from '../support/cleanup.js';

interface Connection {
  readonly network: Network;
  readonly clock: TestClock;
  /** The end of the client. */
  readonly near: MemorySocket;
  /** The end of the server. */
  readonly far: MemorySocket;
}

function connect(options?: ClientEnd): Connection {
  const network = new Network();
  const clock = new TestClock(network);
  const client = { address: '2001:db8::1', port: 5000 };
  const server = { address: '127.0.0.1', port: 80 };
  return { network, clock, ...MemorySocket.pair(network, clock, client, server, options) };
}

/** What a socket reads, as text. */
function readAll(socket: MemorySocket): string[] {
  const texts: string[] = [];
  socket.on('data', (data: Buffer) => texts.push(data.toString()));
  return texts;
}

describe('MemorySocket', () => {
  it('has the addresses of both ends', () => {
    const { near, far } = connect();
    expect([far.remoteAddress, far.remoteFamily, far.remotePort]).to.deep.equal([
      '2001:db8::1',
      'IPv6',
      5000,
    ]);
    expect([near.remoteAddress, near.remoteFamily, near.remotePort]).to.deep.equal([
      '127.0.0.1',
      'IPv4',
      80,
    ]);
    expect(far.address()).to.deep.equal({ address: '127.0.0.1', family: 'IPv4', port: 80 });
  });

  it('transfers bytes in both directions at the next turn, and counts them', async () => {
    const { network, near, far } = connect();
    const up = readAll(far);
    const down = readAll(near);
    near.write('ping');
    far.write('pong');
    expect([up, down]).to.deep.equal([[], []]);
    await network.settle();
    expect([up, down]).to.deep.equal([['ping'], ['pong']]);
    expect([near.bytesWritten, far.bytesRead]).to.deep.equal([4, 4]);
  });

  it('holds what the other end does not read, and reports it as the queue of the system', async () => {
    const { network, near, far } = connect();
    const queueSize = (): number => far._handle?.writeQueueSize ?? -1;
    // the stream of the reader and the buffer of the system
    for (let i = 0; i < 4; i++) far.write(Buffer.alloc(64 * 1024));
    await network.settle();
    expect(queueSize()).to.be.greaterThan(0);
    expect(far.writableLength).to.be.greaterThan(0);
    const drained = once(far, 'drain');
    const chunks = readAll(near);
    await drained;
    await network.settle();
    expect(chunks.join('')).to.have.lengthOf(4 * 64 * 1024);
    expect([queueSize(), far.writableLength]).to.deep.equal([0, 0]);
  });

  it('reads nothing while its handle is stopped', async () => {
    const { network, near, far } = connect();
    const texts = readAll(far);
    far._handle?.readStop();
    near.write('a');
    await network.settle();
    expect(texts).to.deep.equal([]);
    far._handle?.readStart();
    await network.settle();
    expect(texts).to.deep.equal(['a']);
  });

  it('emits timeout after silence by the clock', async () => {
    const { clock, near, far } = connect();
    let timeouts = 0;
    far.resume().setTimeout(1000, () => timeouts++);
    await clock.advance(999);
    near.write('a sign of life');
    await clock.advance(999);
    expect(timeouts).to.equal(0);
    await clock.advance(2);
    expect(timeouts).to.equal(1);
    far.setTimeout(0);
    await clock.advance(10_000);
    expect(timeouts).to.equal(1);
  });

  it('ends when the other end has ended', async () => {
    const { near, far } = connect();
    near.resume().end('last');
    const texts = readAll(far);
    await once(far, 'end');
    expect(texts).to.deep.equal(['last']);
    far.end();
    await Promise.all([once(near, 'close'), once(far, 'close')]);
  });

  it('answers what arrives after it was closed with a reset', async () => {
    const { near, far } = connect();
    near.destroy();
    await once(far.resume(), 'end');
    far.write('too late');
    const [error] = (await once(far, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.equal('ECONNRESET');
  });

  it('has a client that holds few bytes and closes its end itself, if a test needs one', async () => {
    const { network, near, far } = connect({ allowHalfOpen: true, bufferBytes: 10 });
    near.pause();
    // one chunk is in the stream of the reader
    for (let i = 0; i < 3; i++) far.write(Buffer.alloc(8));
    far.end();
    await network.settle();
    expect(far._handle?.writeQueueSize).to.equal(6);
    near.resume();
    await network.settle();
    expect([near.readableEnded, near.writable, far.readable]).to.deep.equal([true, true, true]);
  });

  it('resets the other end', async () => {
    const { near, far } = connect();
    near.resetAndDestroy();
    const [error] = (await once(far, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.equal('ECONNRESET');
  });
});

describe('a test client that does not read', () => {
  it('makes its client of the Listener not writable, until it reads again', async () => {
    const t = createTestServer();
    afterThisTest(() => t.close());
    const clients: Client[] = [];
    listen(t.server).on('connection', (client) => clients.push(client));
    const client = await t.connect();
    client.pause();
    for (let i = 0; i < 50; i++) clients[0]?.send('x'.repeat(10_000));
    await t.settle();
    expect(clients[0]?.writable).to.equal(false);
    let drains = 0;
    clients[0]?.on('drain', () => drains++);
    await client.unpause();
    expect([drains, client.messages.length, clients[0]?.writable]).to.deep.equal([1, 50, true]);
  });
});

describe('Inbox', () => {
  it('takes what is on its way when the time is over: the process may have been busy', async () => {
    const network = new Network();
    const inbox = new Inbox<string>('a message', network, 1);
    const next = inbox.next();
    network.post(() => network.post(() => network.post(() => inbox.push('late'))));
    const end = performance.now() + 10;
    while (performance.now() < end);
    expect(await next).to.equal('late');
  });
});
