import { expect } from 'chai';
import { encode } from '../../lib/protocol/frames.js';
import { WebsocketDriver } from '../support/drivers/index.js';
import { until } from '../support/wait.js';
import { serveBoth, settle } from './fixture.js';

const bridge = { events: ['chat'] };

describe('Named events', () => {
  it('stay with the official server unless they are listed', async () => {
    const { official, connect } = await serveBoth({ bridge });
    const heard: unknown[] = [];
    official.on('connection', (socket) => {
      socket.on('other', (...args: unknown[]) => heard.push(args));
    });
    const [page, client] = await connect();
    const seen: unknown[] = [];
    client.on('message', (message) => seen.push(message));
    page.socket.emit('other', 1).emit('chat', 'end');
    await until(() => seen.length > 0, 'the listed event');
    expect(seen).to.deep.equal([{ name: 'chat', args: ['end'] }]);
    expect(heard).to.deep.equal([[1]]);
  });

  it('arrive as messages if they are listed, also at the handlers of the official server', async () => {
    const { official, connect } = await serveBoth({ bridge });
    const heard: unknown[] = [];
    official.on('connection', (socket) => {
      socket.on('chat', (...args: unknown[]) => heard.push(args));
    });
    const [page, client] = await connect();
    const seen: unknown[] = [];
    client.on('message', (message) => seen.push(message));
    page.socket
      .emit('chat')
      .emit('chat', 1, { two: [2] })
      .send('end');
    await until(() => seen.at(-1) === 'end', 'all messages');
    expect(seen).to.deep.equal([
      { name: 'chat', args: [] },
      { name: 'chat', args: [1, { two: [2] }] },
      'end',
    ]);
    expect(heard).to.deep.equal([[], [1, { two: [2] }]]);
  });

  it('are what messages of their shape become for official clients', async () => {
    const { io, port, connect } = await serveBoth({ bridge });
    io.on('connection', (client) => client.on('message', (message) => client.broadcast(message)));
    const old = await new WebsocketDriver(port).open();
    const [page] = await connect();
    const heard: unknown[] = [];
    page.socket.on('chat', (...args: unknown[]) => heard.push(args));
    const messages = [
      { name: 'chat', args: [1, 'two'] },
      { name: 'chat' },
      { name: 'other', args: [1] },
      { name: 'disconnect', args: [] },
      { name: 'chat', args: 'not a list' },
      { name: ['chat'] },
      null,
    ];
    await old.send(encode(messages));
    expect(await page.take(5)).to.deep.equal([...messages.slice(2, 6), '']);
    expect(heard).to.deep.equal([[1, 'two'], []]);
  });

  it('reach clients of 0.6 as messages', async () => {
    const { io, port, connect } = await serveBoth({ bridge });
    io.on('connection', (client) => client.on('message', (message) => client.broadcast(message)));
    const old = await new WebsocketDriver(port).open();
    const [page] = await connect();
    page.socket.emit('chat', 'hello', 1);
    expect(await old.next()).to.deep.equal({ name: 'chat', args: ['hello', 1] });
  });

  it('pass through the middleware of their socket first', async () => {
    const { official, connect } = await serveBoth({ bridge });
    official.on('connection', (socket) => {
      socket.use(([, first], next) => next(first === 'bad' ? new Error('bad') : undefined));
    });
    const [page, client] = await connect();
    const seen: unknown[] = [];
    client.on('message', (message) => seen.push(message));
    page.socket.emit('chat', 'bad').send('bad').emit('chat', 'good').send('end');
    await until(() => seen.at(-1) === 'end', 'all messages');
    expect(seen).to.deep.equal([{ name: 'chat', args: ['good'] }, 'end']);
  });
});

describe('Acknowledgements', () => {
  it('are sent after the handlers, so that a client with retries does not repeat', async () => {
    const { connect } = await serveBoth({ bridge });
    const [page, client] = await connect({ retries: 3, ackTimeout: 5000 });
    const steps: unknown[] = [];
    client.on('message', (message) => steps.push(message));
    page.socket.emit('message', 'one', () => steps.push('acknowledged'));
    page.socket.emit('chat', 'two', () => steps.push('acknowledged'));
    page.socket.emit('message', () => steps.push('acknowledged'));
    await until(() => steps.length === 6, 'all steps');
    const chat = { name: 'chat', args: ['two'] };
    const expected = ['one', 'acknowledged', chat, 'acknowledged', '', 'acknowledged'];
    expect(steps).to.deep.equal(expected);
  });

  it('are left to a handler of the official server, which answers with values', async () => {
    const { official, connect } = await serveBoth({ bridge });
    official.on('connection', (socket) => {
      socket.on('message', (_text: string, answer: (value: number) => void) => answer(42));
    });
    const [page, client] = await connect();
    const seen: unknown[] = [];
    client.on('message', (message) => seen.push(message));
    page.socket.emit('message', 'ask', (value: unknown) => seen.push(value));
    await until(() => seen.length === 2, 'the answer');
    await settle();
    expect(seen).to.deep.equal(['ask', 42]);
  });
});
