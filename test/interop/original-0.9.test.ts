import { expect } from 'chai';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Socket, type SocketOptions } from '../../client/node/index.js';
import { afterThisTest } from '../support/cleanup.js';
import { Queue } from '../support/queue.js';
import { PEER_TIMEOUT_MS, peerFolder } from './peers.js';

const SCRIPT = join(__dirname, '..', '..', '..', 'test', 'interop', '2011', 'server09.js');
const TIMEOUT_MS = 30_000;
const V1 = { protocol: '0.9', reconnectionDelay: 50 } as const;

/** The original server of 0.9 in a process of its own, and what it reports. */
class Original {
  readonly events: Queue<unknown[]> = new Queue();
  port = 0;
  readonly #process: ReturnType<typeof fork>;

  private constructor(folder: string, options: object) {
    const execArgv = ['--no-deprecation'];
    this.#process = fork(SCRIPT, [folder, JSON.stringify(options)], { execArgv });
    this.#process.on('message', (event: unknown[]) => this.events.push(event));
    this.#process.on('exit', (code) => this.events.fail(new Error(`The server ended: ${code}`)));
    afterThisTest(() => void this.stop());
  }

  static async start(folder: string, options: object = {}): Promise<Original> {
    const original = new Original(folder, options);
    [original.port] = (await original.next('listening')) as [number];
    return original;
  }

  /** The rest of the next event of this name; skips others. */
  async next(name: string): Promise<unknown[]> {
    for (;;) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one event after the other
      const [event, ...rest] = await this.events.next(name);
      if (event === name) return rest;
    }
  }

  act(...action: readonly unknown[]): void {
    this.#process.send(action);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }
}

function dial(port: number, options: SocketOptions, query = ''): Socket {
  const socket = new Socket(`http://127.0.0.1:${port}/${query}`, { ...V1, ...options });
  afterThisTest(() => void socket.disconnect());
  return socket;
}

describe('the Node client with the original server, socket.io 0.9.19', function () {
  this.timeout(TIMEOUT_MS);
  let folder: string;

  before(async function () {
    this.timeout(PEER_TIMEOUT_MS);
    folder = await peerFolder(this, 'socket.io@0.9.19');
  });

  for (const transport of ['websocket', 'hixie-76', 'xhr-polling']) {
    describe(`over ${transport}`, () => {
      const options = { transports: [transport] };

      it('exchanges messages, events, answers and receipts in the root and in an endpoint', async () => {
        const server = await Original.start(folder);
        const socket = dial(server.port, options, '?token=a%20b');
        const received = new Queue<unknown[]>();
        for (const name of ['', '/chat']) {
          const endpoint = socket.of(name);
          endpoint.on('message', (message) => received.push([name, message]));
          endpoint.events.on('news', (...args: unknown[]) => received.push([name, ...args]));
          endpoint.events.on('ask', (value: unknown, answer: (value: unknown) => void) => {
            answer({ answered: value });
          });
        }
        socket.connect();
        const [query] = await server.next('handshake');
        expect(query).to.have.property('token', 'a b');
        expect((await server.next('connection'))[0]).to.equal('');
        expect((await server.next('connection'))[0]).to.equal('/chat');
        for (const name of ['', '/chat']) {
          const endpoint = socket.of(name);
          // oxlint-disable eslint/no-await-in-loop -- one endpoint after the other
          for (const message of ['line one\nline two', 'grüße 😀', { list: [1, null, 'ü'] }]) {
            endpoint.send(message);
            expect(await server.next('message')).to.deep.equal([name, message]);
            server.act(typeof message === 'string' ? 'send' : 'json', name, message);
            expect(await received.next('a message')).to.deep.equal([name, message]);
          }
          const answers = new Queue<unknown[]>();
          endpoint.events.emit('add', 2, 3, (sum: unknown) => answers.push(['sum', sum]));
          expect(await answers.next('an answer')).to.deep.equal(['sum', 5]);
          endpoint.send('with an answer', (...values: unknown[]) => answers.push(values));
          expect(await answers.next('a receipt')).to.deep.equal([]);
          endpoint.events.send('text', (first: unknown, second: unknown) => {
            answers.push([first, second]);
          });
          expect(await answers.next('an answer')).to.deep.equal(['received', 'text']);
          endpoint.events.emit('note', 1, { two: 2 });
          expect(await server.next('note')).to.deep.equal([name, 1, { two: 2 }]);
          server.act('emit', name, 'news', 'for', { all: true });
          expect(await received.next('an event')).to.deep.equal([name, 'for', { all: true }]);
          server.act('ask', name, 'ask', [1]);
          expect(await server.next('answer')).to.deep.equal([{ answered: [1] }]);
          // oxlint-enable eslint/no-await-in-loop
        }
      });

      it('joins, leaves and joins again, is removed, and is refused by an endpoint', async () => {
        const server = await Original.start(folder);
        const socket = dial(server.port, options);
        const [chat, closed] = [socket.of('/chat'), socket.of('/closed')];
        const refused = once(closed, 'connect_failed');
        socket.connect();
        await once(chat, 'connect');
        await refused;
        chat.disconnect();
        expect(await server.next('disconnect')).to.deep.equal(['/chat']);
        chat.connect();
        await once(chat, 'connect');
        expect(closed.connected).to.equal(false);
        const removed = once(chat, 'disconnect');
        server.act('disconnect', '/chat');
        await removed;
        expect([chat.connected, socket.connected]).to.deep.equal([false, true]);
      });

      it('reconnects when the server has been restarted', async () => {
        const server = await Original.start(folder);
        const socket = dial(server.port, {
          ...options,
          maxReconnectionAttempts: 1000,
        });
        const chat = socket.of('/chat');
        socket.connect();
        await once(chat, 'connect');
        const lost = new Promise(
          (resolve) => void socket.once('disconnect', resolve as () => void),
        );
        await server.stop();
        await lost;
        chat.send('after the restart');
        const next = await Original.start(folder, { port: server.port });
        expect(await next.next('message')).to.deep.equal(['/chat', 'after the restart']);
        // Another process may take the port in between.
      }).retries(2);

      it('closes its session, after its last messages', async () => {
        const server = await Original.start(folder);
        const socket = dial(server.port, options);
        await new Promise<void>((resolve) => void socket.connect(resolve));
        socket.send('last').disconnect();
        expect(await server.next('message')).to.deep.equal(['', 'last']);
        expect(await server.next('disconnect')).to.deep.equal(['']);
      });

      if (transport === 'xhr-polling') {
        it('continues its session when the connection of a poll is reset', async () => {
          const server = await Original.start(folder);
          const socket = dial(server.port, options);
          const chat = socket.of('/chat');
          socket.connect();
          await once(chat, 'connect');
          const { sessionId } = socket;
          server.act('reset');
          await server.next('reset');
          chat.send('after the reset');
          expect(await server.next('message')).to.deep.equal(['/chat', 'after the reset']);
          server.act('send', '/chat', 'an answer');
          expect(await once(chat, 'message')).to.deep.equal(['an answer']);
          expect(socket.sessionId).to.equal(sessionId);
        });
        // Between two polls the original only answers the next one as that of an unknown session.
        return;
      }

      it('makes a new session when the connection is lost, with its endpoints and its queue', async () => {
        const server = await Original.start(folder);
        const socket = dial(server.port, options);
        const chat = socket.of('/chat');
        socket.connect();
        await once(chat, 'connect');
        const first = socket.sessionId;
        socket.once('disconnect', () => chat.send('queued'));
        server.act('reset');
        expect(await server.next('message')).to.deep.equal(['/chat', 'queued']);
        expect(socket.sessionId).to.be.a('string').and.not.equal(first);
        expect([socket.connected, chat.connected]).to.deep.equal([true, true]);
      });

      it('answers heartbeats, and does not reconnect when the server has ended the session', async () => {
        const server = await Original.start(folder, { 'heartbeat interval': 0.05 });
        const socket = dial(server.port, options);
        const heartbeats = new Queue<void>();
        socket.on('heartbeat', () => heartbeats.push());
        socket.connect();
        for (let i = 0; i < 3; i++) {
          // oxlint-disable-next-line eslint/no-await-in-loop -- one heartbeat after the other
          await heartbeats.next('a heartbeat');
        }
        const ended = new Promise(
          (resolve) => void socket.once('disconnect', resolve as () => void),
        );
        server.act('disconnect', '');
        await ended;
        expect([socket.connected, socket.connecting, socket.reconnecting]).to.deep.equal([
          false,
          false,
          false,
        ]);
      });
    });
  }

  it('reports the refusal of a handshake', async () => {
    const server = await Original.start(folder);
    const socket = dial(server.port, { reconnect: false }, '?token=wrong');
    const [error] = await new Promise<unknown[]>((resolve) => {
      socket.on('error', (...args) => resolve(args));
      socket.connect();
    });
    expect(error).to.include({ code: 'ERR_SIO_REFUSED', statusCode: 403 });
    expect(error).to.have.property('serverMessage', 'handshake unauthorized');
  });

  it('uses xhr-polling if the server does not offer websocket', async () => {
    const server = await Original.start(folder, { transports: ['xhr-polling'] });
    const socket = dial(server.port, {});
    await new Promise<void>((resolve) => void socket.connect(resolve));
    expect(socket.transport?.type).to.equal('xhr-polling');
  });
});
