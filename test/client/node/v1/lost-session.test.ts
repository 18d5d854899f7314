import { expect } from 'chai';
import { once } from 'node:events';
import { Socket } from '../../../../client/node/index.js';
import { afterThisTest } from '../../../support/cleanup.js';
import { Queue } from '../../../support/queue.js';
import { serve, type Served } from '../../../support/server.js';
import { AT_ONCE } from '../support.js';

const V1 = { protocol: '0.9', ...AT_ONCE } as const;
const LOST = 'The session ended before an answer';

const never = (_answer: unknown): void => {
  throw new Error('a callback without a timeout was called');
};

async function connect(
  transport: string,
): Promise<{ readonly served: Served; readonly socket: Socket }> {
  const served = await serve();
  const socket = new Socket(`http://127.0.0.1:${served.port}`, { ...V1, transports: [transport] });
  afterThisTest(() => void socket.disconnect());
  return { served, socket };
}

/** The text of an error, or the values of an answer. */
function resultOf(error: Error | null, values: readonly unknown[]): unknown {
  return error === null ? values : error.message;
}

for (const transport of ['websocket', 'xhr-polling']) {
  describe(`the Node client with protocol 0.9 over ${transport}, when its session is lost`, () => {
    it('drops callbacks, with an error to those with a timeout, and keeps those of queued packets', async () => {
      const { served, socket } = await connect(transport);
      const asked = new Queue<string>();
      served.io.of('/chat').on('connection', ({ events }) => {
        events.on('ask', (_what: unknown, answer: (value: string) => void) => {
          asked.push('/chat');
          answer('chat');
        });
        events.on('silent', () => asked.push('silent'));
      });
      served.io.on('connection', ({ events }) => {
        events.on('ask', (_what: unknown, answer: (value: string) => void) => {
          asked.push('root');
          answer('root');
        });
      });
      const results = new Queue<unknown>();
      const [root, chat] = [socket.of(), socket.of('/chat')];
      const ask = (endpoint: typeof chat, name: string): void => {
        endpoint.events
          .timeout(2_000_000)
          .emit(name, 1, (error: Error | null, ...values: unknown[]) => {
            results.push([endpoint.name, resultOf(error, values)]);
          });
      };
      socket.connect();
      await once(chat, 'connect');
      chat.events.emit('silent', never);
      ask(root, 'silent');
      ask(chat, 'silent');
      expect(await asked.next('an event')).to.equal('silent');
      expect(await asked.next('an event')).to.equal('silent');
      socket.once('disconnect', () => {
        ask(root, 'ask');
        ask(chat, 'ask');
      });
      socket.transport?.onDisconnect();
      expect(await results.next('an error')).to.deep.equal(['', LOST]);
      expect(await results.next('an error')).to.deep.equal(['/chat', LOST]);
      expect(await results.next('an answer')).to.deep.equal(['', ['root']]);
      expect(await results.next('an answer')).to.deep.equal(['/chat', ['chat']]);
      expect(results.length).to.equal(0);
    });

    it('sends what it could not send before what was queued later', async () => {
      const { served, socket } = await connect(transport);
      const received = new Queue<unknown>();
      served.io.of('/chat').on('connection', (member) => {
        member.on('message', (message) => received.push(message));
      });
      const chat = socket.of('/chat');
      socket.connect();
      await once(chat, 'connect');
      const connection = socket.transport as unknown as {
        readonly socket?: { close(): void };
        posting: boolean;
      };
      // A closing WebSocket takes no message, nor does HTTP while a POST is in flight.
      if (transport === 'websocket') connection.socket?.close();
      else connection.posting = true;
      chat.send('first').send('second');
      expect(socket.connected).to.equal(true);
      socket.of().once('disconnect', () => chat.send('third'));
      socket.once('disconnect', () => chat.send('fourth'));
      if (transport === 'xhr-polling') socket.transport?.onDisconnect();
      for (const message of ['first', 'second', 'third', 'fourth']) {
        // oxlint-disable-next-line eslint/no-await-in-loop -- one message after the other
        expect(await received.next('a message')).to.equal(message);
      }
    });
  });
}

describe('an endpoint of the Node client that has been left', () => {
  it('drops callbacks and packets, until it is joined again', async () => {
    const { served, socket } = await connect('websocket');
    const received = new Queue<unknown>();
    served.io.of('/chat').on('connection', ({ events }) => {
      events.on('ask', (value: number) => received.push(value));
    });
    const results = new Queue<unknown>();
    const chat = socket.of('/chat');
    const ask = (value: number): void => {
      chat.events.timeout(2_000_000).emit('ask', value, (error: Error) => {
        results.push(error.message);
      });
    };
    ask(1);
    chat.disconnect();
    ask(2);
    expect(await results.next('an error')).to.equal(LOST);
    expect(await results.next('an error')).to.equal(LOST);
    chat.connect();
    ask(3);
    socket.connect();
    expect(await received.next('an event')).to.equal(3);
  });

  it('reports more than 10,000 pending acknowledgements, and drops the callback', async () => {
    const { socket } = await connect('websocket');
    const errors: unknown[] = [];
    socket.on('error', (error) => errors.push(error));
    const { events } = socket.of('/chat');
    for (let i = 0; i < 10_000; i++) events.emit('ask', never);
    expect(errors).to.deep.equal([]);
    const result = new Promise<Error>((resolve) => {
      events.timeout(2_000_000).emit('ask', resolve);
    });
    expect((await result).message).to.equal(LOST);
    expect(errors).to.have.length(1);
    expect(errors[0]).to.have.property('code', 'ERR_SIO_QUEUE_OVERFLOW');
  });
});
