import { expect } from 'chai';
import { once } from 'node:events';
import { Socket } from '../../../../client/node/index.js';
import { afterThisTest } from '../../../support/cleanup.js';
import { Queue } from '../../../support/queue.js';
import { serve } from '../../../support/server.js';
import { AT_ONCE } from '../support.js';

const V1 = { protocol: '0.9', ...AT_ONCE } as const;

describe('an endpoint of the Node client with protocol 0.9', () => {
  it('leaves, and joins again', async () => {
    const { io, port } = await serve();
    const seen = new Queue<string>();
    io.of('/chat').on('connection', (member) => {
      seen.push('joined');
      member.on('disconnect', () => seen.push('left'));
    });
    const socket = new Socket(`http://127.0.0.1:${port}`, V1);
    afterThisTest(() => void socket.disconnect());
    const chat = socket.of('/chat');
    socket.connect();
    await once(chat, 'connect');
    expect(await seen.next('to join')).to.equal('joined');
    let left = 0;
    chat.on('disconnect', () => left++);
    chat.disconnect().disconnect();
    expect([chat.connected, left]).to.deep.equal([false, 1]);
    expect(await seen.next('to leave')).to.equal('left');
    chat.connect().connect();
    await once(chat, 'connect');
    expect(await seen.next('to join again')).to.equal('joined');
    expect(socket.connected).to.equal(true);
  });

  it('joins again on connect() after the server has refused it, and after the server has ended it', async () => {
    const { io, port } = await serve();
    const seen = new Queue<unknown>();
    let isOpen = false;
    io.of('/chat', { authorize: () => isOpen }).on('connection', (member) => {
      member.on('message', (message) => {
        seen.push(message);
        member.disconnect();
      });
    });
    const socket = new Socket(`http://127.0.0.1:${port}`, V1);
    afterThisTest(() => void socket.disconnect());
    const chat = socket.of('/chat').send('first');
    socket.connect();
    await once(chat, 'connect_failed');
    isOpen = true;
    const left = once(chat, 'disconnect');
    chat.connect();
    expect(await seen.next('the first message')).to.equal('first');
    await left;
    chat.send('second').connect();
    expect(await seen.next('the second message')).to.equal('second');
  });

  it('queues events until it has joined, drops volatile ones, and drops the queue when it leaves', async () => {
    const { io, port } = await serve();
    const events = new Queue<string>();
    const listen = (name: string): void => {
      io.of(name).on('connection', (member) => {
        member.events.onAny((event) => events.push(`${name} ${event}`));
      });
    };
    listen('/a');
    listen('/b');
    const socket = new Socket(`http://127.0.0.1:${port}`, V1);
    afterThisTest(() => void socket.disconnect());
    const [a, b] = [socket.of('/a'), socket.of('/b')];
    a.events.emit('dropped');
    a.disconnect();
    a.events.emit('dropped too');
    b.events.volatile.emit('volatile');
    b.events.emit('first');
    socket.connect();
    await once(b, 'connect');
    b.events.volatile.emit('second');
    a.connect();
    await once(a, 'connect');
    a.events.emit('last');
    const order = [];
    // oxlint-disable-next-line eslint/no-await-in-loop -- one event after the other
    while (order.at(-1) !== '/a last') order.push(await events.next('an event'));
    expect(order).to.deep.equal(['/b first', '/b second', '/a last']);
  });

  it('does not leave the root', async () => {
    const { port } = await serve();
    const socket = new Socket(`http://127.0.0.1:${port}`, V1);
    afterThisTest(() => void socket.disconnect());
    await new Promise<void>((resolve) => void socket.connect(resolve));
    socket.of().disconnect();
    expect(socket.connected).to.equal(true);
  });

  it('does not exist with 0.6, and has a name that the protocol allows', () => {
    expect(() => new Socket('http://127.0.0.1:1').of('/chat')).to.throw(TypeError, "'0.9'");
    expect(() => new Socket('http://127.0.0.1:1', V1).of('a:b')).to.throw(TypeError);
  });
});
