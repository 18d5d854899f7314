import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { ManualClock } from '../support/clock.js';
import { until } from '../support/wait.js';
import { RawSocket, requestBytes } from '../support/raw.js';
import { serveBoth, settle } from './fixture.js';
import { OfficialDriver, WAYS } from './official.js';

/** `depth` arrays in one another. */
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('Limits on official clients', () => {
  it('replace values that nest too deep by an empty object, as with 0.6', async () => {
    const { io, connect } = await serveBoth({ bridge: { events: ['chat'] } });
    io.on('connection', (client) => client.on('message', (message) => client.send(message)));
    const [page] = await connect();
    // The official client cannot encode them.
    const { engine } = page.socket.io as unknown as { engine: { write(text: string): void } };
    const shallow = JSON.stringify({ shallow: JSON.parse(nested(499)) });
    engine.write(`2["message",${nested(20_000)},${shallow}]`);
    engine.write(`2["chat",${nested(20_000)},1]`);
    const heard: unknown[] = [];
    page.socket.on('chat', (...args: unknown[]) => heard.push(args));
    expect(await page.next()).to.deep.equal({});
    expect(JSON.stringify(await page.next())).to.have.lengthOf(nested(499).length + 12);
    await until(() => heard.length === 1, 'the event');
    expect(heard).to.deep.equal([[{}, 1]]);
  });

  it('end a client that sends more than maxMessages at once', async () => {
    const { connect } = await serveBoth({ listener: { maxMessages: 3 } });
    const [page, client] = await connect();
    const seen: unknown[] = [];
    client.on('message', (message) => seen.push(message));
    page.socket.send(1, 2, 3);
    page.socket.send(1, 2, 3, 4);
    await until(() => !client.connected, 'the end');
    expect(seen).to.deep.equal([1, 2, 3]);
    expect(client.disconnectReason).to.equal('protocol error');
  });

  const rates = [
    { name: 'messages', listener: { maxMessagesPerSecond: 2 }, send: 'message' },
    { name: 'named events', listener: { maxMessagesPerSecond: 2 }, send: 'ask' },
    { name: 'bytes', listener: { maxBytesPerSecond: 20 }, send: 'message' },
  ] as const;
  for (const { name, listener, send } of rates) {
    it(`end a client that sends more ${name} than the rate allows`, async () => {
      const clock = new ManualClock();
      const { io, connect } = await serveBoth({ listener: { ...listener, clock } });
      const [page, client] = await connect();
      const seen: unknown[] = [];
      client.on('message', (message) => seen.push(message));
      client.events.on('ask', (text) => seen.push(text));
      const texts = Array.from({ length: 10 }, (_, i) => `text ${i} ...`);
      for (const text of texts) page.socket.emit(send, text);
      await until(() => seen.length === texts.length, 'five seconds of messages');
      clock.tick(1000);
      page.socket.emit(send, 'a second');
      await until(() => seen.length === texts.length + 1, 'another second');
      expect(client.connected).to.equal(true);
      for (const text of texts) page.socket.emit(send, text);
      await until(() => !client.connected, 'the end');
      expect(client.disconnectReason).to.equal('rate limit');
      expect(seen).to.have.length.below(2 * texts.length);
      expect(io.stats().ends['rate limit']).to.equal(1);
    });
  }

  it('end a client that does not read when maxBuffer waits for it, and drop what waits', async () => {
    const { io, official, port, clients, connect } = await serveBoth({
      listener: { maxBuffer: 1024 * 1024 },
    });
    const raw = await RawSocket.connect(port);
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    };
    raw.write(requestBytes('/socket.io/?EIO=4&transport=websocket', { headers }));
    await raw.readHead();
    const text = '40';
    raw.write(Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0, ...Buffer.from(text)]));
    const slow = await clients.next('the slow client');
    raw.socket.pause();
    const [page] = await connect();
    const chunk = 'x'.repeat(64 * 1024);
    let sent = 0;
    while (slow.connected && sent < 400) {
      io.broadcast(chunk);
      sent++;
      // oxlint-disable-next-line eslint/no-await-in-loop -- the healthy client reads meanwhile
      await page.next();
    }
    expect(slow.disconnectReason).to.equal('queue overflow');
    // the limit, a quarter of it, and the buffers of the system
    expect(sent * chunk.length).to.be.below(16 * 1024 * 1024);
    await until(() => official.engine.clientsCount === 1, 'the end of its connection');
    io.broadcast('end');
    expect(await page.next()).to.equal('end');
    raw.socket.destroy();
  });

  it('do not end a client that polls, and reads', async () => {
    const { io, connect } = await serveBoth({ listener: { maxBuffer: 256 * 1024 } });
    const [page, client] = await connect(WAYS['polling']);
    for (let i = 0; i < 20; i++) {
      io.broadcast('x'.repeat(100 * 1024));
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      await page.next();
    }
    expect(client.connected).to.equal(true);
  });

  it('leave a client with invalid packets to the official server', async () => {
    const { port, io, clients } = await serveBoth();
    const page = await new OfficialDriver(port, { transports: ['websocket'] }).open();
    const client = await clients.next('a client');
    const { engine } = page.socket.io as unknown as { engine: { write(text: string): void } };
    engine.write('9nonsense');
    await until(() => !client.connected, 'the end');
    expect(client.disconnectReason).to.equal('transport close');
    await settle();
    expect(io.clients).to.deep.equal({});
  });
});
