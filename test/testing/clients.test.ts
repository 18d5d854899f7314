import { expect } from 'chai';
import { listen, type Client, type Listener, type ListenerOptions } from '../../lib/index.js';
import {
  createTestServer,
  type ConnectOptions,
  type TestClient,
  type TestServer,
} from '../../lib/testing/index.js';
import { TRANSPORTS } from '../../lib/testing/generation.js';
import { afterThisTest } from '../support/cleanup.js';

/** Every transport of every generation. */
const VARIANTS: readonly Required<Pick<ConnectOptions, 'protocol' | 'transport'>>[] = (
  ['0.6', '0.9'] as const
).flatMap((protocol) => TRANSPORTS[protocol].map((transport) => ({ protocol, transport })));

interface Served {
  readonly t: TestServer;
  readonly io: Listener;
  readonly clients: Client[];
}

function serve(options: ListenerOptions = {}): Served {
  const t = createTestServer();
  const transports = TRANSPORTS['0.6'];
  const io = listen(t.server, { transports, ...options });
  const clients: Client[] = [];
  io.on('connection', (client) => clients.push(client));
  afterThisTest(() => t.close());
  return { t, io, clients };
}

const isPolling = (client: TestClient): boolean => client.transport.endsWith('polling');

/** The code and the status of the reason for which a promise rejects. */
async function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason as { code: string; status: number },
  );
  return error && [error.code, error.status];
}

for (const variant of VARIANTS) {
  describe(`a test client of ${variant.protocol} over ${variant.transport}`, () => {
    it('opens a session', async () => {
      const { t, io, clients } = serve();
      const client = await t.connect(variant);
      expect(client.sessionId).to.equal(clients[0]?.sessionId);
      expect(clients[0]?.transport).to.equal(variant.transport);
      expect(Object.keys(io.clients)).to.deep.equal([client.sessionId]);
    });

    it('receives what the server sends at once before connect() resolves', async () => {
      const { t, io } = serve();
      io.on('connection', (client) => client.send(['grüße </script>\r\n', { n: 1 }]));
      const client = await t.connect(variant);
      expect(client.messages).to.deep.equal(['grüße </script>\r\n', { n: 1 }]);
      expect(await client.message()).to.equal('grüße </script>\r\n');
      expect(await client.message()).to.deep.equal({ n: 1 });
    });

    it('waits for a message', async () => {
      const { t, clients } = serve();
      const client = await t.connect(variant);
      const message = client.message();
      clients[0]?.send('later');
      expect(await message).to.equal('later');
    });

    it('sends texts and JSON, in order, which have arrived when send() resolves', async () => {
      const { t, clients } = serve();
      const client = await t.connect(variant);
      const messages: unknown[] = [];
      clients[0]?.on('message', (message) => messages.push(message));
      await client.send('a', { b: [1, 'ü&='] });
      await client.send('c');
      expect(messages).to.deep.equal(['a', { b: [1, 'ü&='] }, 'c']);
    });

    it('receives messages that other clients cause before send() resolves', async () => {
      const { t, io } = serve();
      io.on('clientMessage', (message, client) => client.broadcast(message));
      const one = await t.connect(variant);
      const other = await t.connect();
      await other.send('hello');
      expect(one.messages).to.deep.equal(['hello']);
    });

    it('sends and receives named events', async () => {
      const { t, clients } = serve();
      const client = await t.connect(variant);
      const names: unknown[] = [];
      clients[0]?.events.on('ask', (...args: unknown[]) => {
        names.push(...args);
        clients[0]?.events.emit('tell', 'x', 2);
      });
      await client.emit('ask', 'why', { n: 1 });
      expect(names).to.deep.equal(['why', { n: 1 }]);
      expect(await client.event()).to.deep.include({ name: 'tell', args: ['x', 2] });
      expect(client.messages).to.deep.equal([]);
    });

    it('answers heartbeats while the clock advances', async () => {
      const { t, clients } = serve();
      await t.connect(variant);
      await t.clock.advance(300_000);
      expect(clients[0]?.connected).to.equal(true);
    });

    it('loses its session if it does not answer heartbeats, or does not poll', async () => {
      const { t, io } = serve();
      const reasons: unknown[] = [];
      io.on('clientDisconnect', (_client, reason) => reasons.push(reason));
      const client = await t.connect({ ...variant, answersHeartbeats: false });
      if (isPolling(client)) client.pause();
      await t.clock.advance(100_000);
      expect(reasons).to.deep.equal([isPolling(client) ? 'transport close' : 'heartbeat timeout']);
    });

    it('ends its session by disconnect()', async () => {
      const { t, io } = serve();
      const reasons: unknown[] = [];
      io.on('clientDisconnect', (_client, reason) => reasons.push(reason));
      const client = await t.connect(variant);
      await client.disconnect();
      expect(reasons).to.deep.equal(['client close']);
      expect(client.isConnected).to.equal(false);
      expect(await reasonOf(client.send('x'))).to.deep.equal(['ERR_SIO_TEST_ENDED', undefined]);
    });

    it('detects that the server ends the session', async () => {
      const { t, clients } = serve();
      const client = await t.connect(variant);
      clients[0]?.send('last');
      clients[0]?.disconnect();
      await client.ended();
      expect(client.isConnected).to.equal(false);
      expect(await client.message()).to.equal('last');
      expect(await reasonOf(client.message())).to.deep.equal(['ERR_SIO_TEST_ENDED', undefined]);
    });

    it('breaks its connection by drop()', async () => {
      const { t, io } = serve();
      const client = await t.connect(variant);
      await client.drop();
      await t.clock.advance(70_000);
      expect(io.clients).to.deep.equal({});
    });

    it('reports a refusal with its status', async () => {
      const { t } = serve({ authorize: () => false });
      const reason = await reasonOf(t.connect(variant));
      expect(reason).to.deep.equal(['ERR_SIO_TEST_REFUSED', 403]);
    });

    it('sends a query, headers and an address', async () => {
      const { t, clients } = serve();
      const query = { token: 'a b' };
      await t.connect({ ...variant, query, headers: { Cookie: 'a=1' }, address: '192.0.2.7' });
      const { request } = clients[0] as Client;
      expect(request?.url).to.include('token=a+b');
      expect(request?.headers.cookie).to.equal('a=1');
      expect(request?.socket.remoteAddress).to.equal('192.0.2.7');
    });

    it('reads nothing while it is paused', async () => {
      const { t, clients } = serve();
      const client = await t.connect(variant);
      client.pause();
      for (let i = 0; i < 20; i++) clients[0]?.send('x'.repeat(10_000));
      await t.settle();
      expect(client.messages.length).to.be.lessThan(20);
      await client.unpause();
      expect(client.messages).to.have.lengthOf(20);
    });
  });
}

for (const transport of TRANSPORTS['0.6']) {
  describe(`a test client of 0.6 over ${transport}`, () => {
    it('resumes its session', async () => {
      const { t, clients } = serve({ transportOptions: { [transport]: { closeTimeout: 8000 } } });
      const client = await t.connect({ transport });
      await client.drop();
      clients[0]?.send('meanwhile');
      await client.resume();
      expect(client.messages).to.deep.equal(['meanwhile']);
      expect(clients).to.have.lengthOf(1);
      clients[0]?.send('again');
      await t.settle();
      expect(client.messages).to.deep.equal(['meanwhile', 'again']);
    });
  });
}

for (const transport of TRANSPORTS['0.9']) {
  describe(`a test client of 0.9 over ${transport}`, () => {
    const variant = { protocol: '0.9', transport } as const;

    it('gets answers to its events, and answers those of the server', async () => {
      const { t, clients } = serve();
      const client = await t.connect(variant);
      clients[0]?.events.on('add', (a: number, b: number, answer: (sum: number) => void) =>
        answer(a + b),
      );
      const answers: unknown[] = [];
      await client.emit('add', 1, 2, (sum: unknown) => answers.push(sum));
      clients[0]?.events.emit('name', (name: unknown) => answers.push(name));
      clients[0]?.events.emit('seen', () => answers.push('receipt'));
      const event = await client.event();
      await event.answer?.('Ada');
      await t.settle();
      expect(answers).to.have.members([3, 'Ada', 'receipt']);
      expect((await client.event()).answer).to.equal(undefined);
    });

    it('joins an endpoint', async () => {
      const { t, io } = serve();
      const chat = io.of('/chat');
      chat.on('connection', (member) => {
        member.on('message', (message) => member.send({ got: message }));
      });
      const client = await t.connect(variant);
      const conversation = await client.join('/chat');
      await conversation.send('hello');
      expect(await conversation.message()).to.deep.equal({ got: 'hello' });
      expect(client.messages).to.deep.equal([]);
    });
  });
}
