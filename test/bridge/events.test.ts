import { expect } from 'chai';
import { encode } from '../../lib/protocol/frames.js';
import { WebsocketDriver } from '../support/drivers/index.js';
import { until } from '../support/wait.js';
import { V1Client } from '../support/v1.js';
import { serveBoth, settle, type BridgedServer } from './fixture.js';

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
      { name: 'chat' },
      { name: 'chat', args: [1, { two: [2] }] },
      'end',
    ]);
    expect(heard).to.deep.equal([[], [1, { two: [2] }]]);
  });

  it('are sent to official clients for messages of their shape', async () => {
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

/** Clients of all generations: what each has received, and their clients of the Listener. */
async function connectAll(both: BridgedServer) {
  const old = await new WebsocketDriver(both.port).open();
  const oldClient = await both.clients.next('a client of 0.6');
  const v1 = await V1Client.open(both.port);
  const v1Client = await both.clients.next('a client of 0.9');
  // without an upgrade, during which volatile events are dropped
  const [page, client] = await both.connect({ transports: ['websocket'] });
  const heard: unknown[] = [];
  page.socket.on('news', (...args: unknown[]) => heard.push(args));
  page.socket.on('chat', (...args: unknown[]) => heard.push(args));
  return { old, oldClient, v1, v1Client, page, client, heard };
}

const NEWS = { name: 'news', args: ['hello', 1] };
const NEWS_V1 = '5:::{"name":"news","args":["hello",1]}';

describe('client.events of all generations', () => {
  it('sends events, as each generation has them', async () => {
    const { old, oldClient, v1, v1Client, client, heard } = await connectAll(await serveBoth());
    for (const one of [oldClient, v1Client, client]) one.events.emit('news', 'hello', 1);
    expect(await old.next()).to.deep.equal(NEWS);
    expect(await v1.next()).to.equal(NEWS_V1);
    await until(() => heard.length === 1, 'the event');
    expect(heard).to.deep.equal([['hello', 1]]);
  });

  it('are reached by broadcastEvent and by emit of a selection, without being listed', async () => {
    const both = await serveBoth();
    const { old, v1, heard, client, oldClient } = await connectAll(both);
    both.io.broadcastEvent('news', ['hello', 1]);
    for (const one of [client, oldClient]) one.join('room');
    both.io.to('room').emit('news', 'hello', 1);
    both.io.broadcast('end');
    expect([await old.next(), await old.next()]).to.deep.equal([NEWS, NEWS]);
    expect([await v1.next(), await v1.next()]).to.deep.equal([NEWS_V1, '3:::end']);
    await until(() => heard.length === 2, 'both events');
    expect(heard).to.deep.equal([NEWS.args, NEWS.args]);
  });

  it('receives events, with a function that answers', async () => {
    const { page, v1, client, v1Client } = await connectAll(await serveBoth());
    for (const one of [client, v1Client]) {
      one.events.on('add', (a: number, b: number, answer: (sum: number) => void) => answer(a + b));
    }
    const answers: unknown[] = [];
    page.socket.emit('add', 1, 2, (sum: number) => answers.push(sum));
    await until(() => answers.length === 1, 'the answer');
    expect(answers).to.deep.equal([3]);
    v1.send('5:1+::{"name":"add","args":[1,2]}');
    expect(await v1.next()).to.equal('6:::1+[3]');
  });

  it('requests an acknowledgement, and sends volatile events', async () => {
    const { page, client, heard } = await connectAll(await serveBoth());
    page.socket.on('ask', (text: string, answer: (text: string) => void) => answer(`${text}!`));
    const answers: unknown[] = [];
    client.events.emit('ask', 'how', (reply: unknown) => answers.push(reply));
    client.events.send('a message', (reply: unknown) => answers.push(reply));
    expect(await page.next()).to.equal('a message');
    await until(() => answers.length === 1, 'the answer');
    expect(answers).to.deep.equal(['how!']);
    await settle();
    client.events.volatile.emit('news', 1);
    await until(() => heard.length === 1, 'the event');
    client.events.emit('news', 'x'.repeat(100_000)).volatile.emit('news', 'too early');
    client.events.emit('news', 'end');
    await until(() => heard.length === 3, 'the last event');
    expect(heard.at(-1)).to.deep.equal(['end']);
  });

  it('relays a listed event in the form of each generation', async () => {
    const both = await serveBoth({ bridge });
    both.io.on('connection', (one) => one.on('message', (message) => one.broadcast(message)));
    const { old, v1, heard } = await connectAll(both);
    const [other] = await both.connect();
    other.socket.emit('chat', 'hello', 1);
    expect(await old.next()).to.deep.equal({ name: 'chat', args: ['hello', 1] });
    expect(await v1.next()).to.equal('5:::{"name":"chat","args":["hello",1]}');
    await until(() => heard.length === 1, 'the event');
    expect(heard).to.deep.equal([['hello', 1]]);
  });

  it('sends names that are reserved by the official server as messages', async () => {
    const both = await serveBoth();
    const { page, client } = await connectAll(both);
    client.events.emit('disconnect', 1);
    both.io.broadcastEvent('connect', [2]);
    expect(await page.take(2)).to.deep.equal([
      { name: 'disconnect', args: [1] },
      { name: 'connect', args: [2] },
    ]);
  });

  it('continues after a recovery, and sends in order with broadcasts', async () => {
    const both = await serveBoth({ official: { connectionStateRecovery: {} } });
    const { page, client, heard } = await connectAll(both);
    const seen: unknown[] = [];
    client.events.on('later', (value: unknown) => seen.push(value));
    client.events.emit('news', 0);
    await until(() => heard.length === 1, 'the first event');
    page.socket.io.engine.close();
    await until(() => !client.socket.connected, 'the loss');
    client.events.emit('news', 1);
    both.io.broadcastEvent('news', [2]);
    client.events.emit('news', 3);
    page.socket.connect();
    await until(() => heard.length === 4, 'the events that were missed');
    // The official server adds an offset for the recovery.
    expect(heard.map((args) => (args as unknown[])[0])).to.deep.equal([0, 1, 2, 3]);
    page.socket.emit('later', 'still heard');
    await until(() => seen.length === 1, 'the event');
    expect(seen).to.deep.equal(['still heard']);
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

  it('are left to a handler of messages with a parameter for the function', async () => {
    const { connect } = await serveBoth({ bridge });
    const [page, client] = await connect();
    client.on('message', (text, answer) => answer?.(`${String(text)}!`));
    const answers: unknown[] = [];
    page.socket.emit('message', 'ask', (value: unknown) => answers.push(value));
    await until(() => answers.length === 1, 'the answer');
    expect(answers).to.deep.equal(['ask!']);
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
