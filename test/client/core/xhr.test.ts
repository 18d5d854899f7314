import { expect } from 'chai';
import { watchPageLifecycle } from '../../../client/browser/page-lifecycle.js';
import type { Platform } from '../../../client/core/platform.js';
import { liveSockets, Socket } from '../../../client/core/socket.js';
import { transports } from '../../../client/core/transport.js';
import { XHRPolling } from '../../../client/core/transports/xhr-polling.js';
import { FakeXhr, install } from './fakes.js';

interface Beacon {
  url: string;
  body: string;
}

/** The requests with that method so far. */
function made(method: string): FakeXhr[] {
  return FakeXhr.made.filter((one) => one.method === method);
}

/** A socket on xhr-polling with session 123, and its requests. */
function connected(more: Partial<Platform> = {}) {
  const beacons: Beacon[] = [];
  const clock = install({
    XMLHttpRequest: FakeXhr,
    navigator: {
      userAgent: '',
      sendBeacon: (url, body) => beacons.push({ url, body }) > 0,
    },
    ...more,
  });
  FakeXhr.made = [];
  transports['xhr-polling'] = XHRPolling;
  const socket = new Socket(null, { transports: ['xhr-polling'] });
  socket.connect();
  FakeXhr.made[0]?.answer(200, '~m~3~m~123');
  return { socket, clock, beacons, polls: () => made('GET'), posts: () => made('POST') };
}

/** The same after its poll was lost, while it tries to resume the session. */
function resuming() {
  const all = connected();
  all.polls()[1]?.answer(0);
  all.clock.tick(250);
  all.clock.tick(500);
  return all;
}

const SESSION = 'http://example.com:8080/socket.io/xhr-polling/123';

describe('client XHR transports', () => {
  it('poll one request at a time, never with the same URL', () => {
    const { polls } = connected();
    polls()[1]?.answer(200);
    polls()[2]?.answer(200);
    expect(polls()).to.have.lengthOf(4);
    expect(polls()[1]?.url.startsWith(SESSION + '/')).to.equal(true);
    expect(new Set(polls().map(({ url }) => url)).size).to.equal(4);
  });

  it('post one request at a time, and later messages in the next one', () => {
    const { socket, posts } = connected();
    socket
      .send('a')
      .send('b')
      .send(['c', { d: 1 }]);
    expect(posts().map(({ body }) => body)).to.deep.equal(['data=~m~1~m~a']);
    expect(posts()[0]?.url).to.match(/\/xhr-polling\/123\/send\/n\d+$/);
    posts()[0]?.answer(200, 'ok');
    expect(decodeURIComponent(posts()[1]?.body ?? '')).to.equal(
      'data=~m~1~m~b~m~1~m~c~m~10~m~~j~{"d":1}',
    );
  });

  it('number the POSTs, also when the clock is set back', () => {
    const { socket, posts } = connected();
    const RealDate = Date;
    const numbers: number[] = [];
    try {
      for (const time of [5e12, 5e12, 4e12, 6e12]) {
        globalThis.Date = class extends RealDate {
          constructor() {
            super(time);
          }
        } as DateConstructor;
        socket.send('x');
        const post = posts().at(-1);
        numbers.push(Number(/\/send\/n(\d+)$/.exec(post?.url ?? '')?.[1]));
        post?.answer(200, 'ok');
      }
    } finally {
      globalThis.Date = RealDate;
    }
    expect(numbers).to.deep.equal([...numbers].toSorted((a, b) => a - b));
    expect(new Set(numbers).size).to.equal(4);
  });

  it('send refused messages again, but never messages that may have arrived', () => {
    for (const [status, kept] of [
      [404, ['in flight', 'behind']],
      [0, ['behind']],
    ] as const) {
      const { socket, posts } = connected();
      socket.send('in flight').send('behind');
      posts()[0]?.answer(status);
      expect(socket.connected, String(status)).to.equal(false);
      expect(socket.queueStack).to.deep.equal(kept);
    }
  });

  it('do not send a message again that is too large for the server', () => {
    const { socket, posts } = connected();
    socket.send('too large').send('behind');
    for (let i = 0; i < 2; i++) posts()[i]?.answer(413);
    posts()[2]?.answer(200, 'ok');
    expect(posts().map(({ body }) => body)).to.deep.equal([
      'data=~m~9~m~too%20large',
      'data=~m~9~m~too%20large',
      'data=~m~6~m~behind',
    ]);
    expect(socket.connected).to.equal(true);
  });

  it('send the messages one by one if the server accepts fewer in a payload', () => {
    const { socket, posts } = connected();
    socket.send(['a', 'b', 'c']);
    posts()[0]?.answer(413);
    for (let i = 1; i < 4; i++) posts()[i]?.answer(200, 'ok');
    expect(posts().map(({ body }) => body)).to.deep.equal([
      'data=~m~1~m~a~m~1~m~b~m~1~m~c',
      'data=~m~1~m~a',
      'data=~m~1~m~b',
      'data=~m~1~m~c',
    ]);
  });

  it('drop a message without JSON, and send the others', () => {
    const { socket, posts } = connected();
    const circular: { self?: unknown } = {};
    circular.self = circular;
    socket.send('first').send('second');
    socket.transport?.send(['third', circular, 'fourth']);
    expect(() => posts()[0]?.answer(200, 'ok')).to.throw(TypeError);
    socket.send('fifth');
    expect(posts()[1]?.body).to.equal('data=~m~6~m~second~m~5~m~third~m~6~m~fourth~m~5~m~fifth');
  });

  it('collect messages for the next POST in linear time', () => {
    const { socket, posts } = connected();
    socket.send('in flight');
    let copied = 0;
    for (let i = 0; i < 1000; i++) {
      const { sendBuffer } = socket.transport as XHRPolling;
      socket.send(String(i));
      if ((socket.transport as XHRPolling).sendBuffer !== sendBuffer) copied += sendBuffer.length;
    }
    expect(copied).to.equal(0);
    expect(posts()).to.have.lengthOf(1);
  });

  it('send the close request by a beacon, after the last message', () => {
    const { socket, beacons, posts, polls } = connected();
    socket.send('a').send('b');
    socket.disconnect();
    expect(beacons).to.deep.equal([]);
    posts()[0]?.answer(200, 'ok');
    expect(posts()[1]?.body).to.equal('data=~m~1~m~b');
    expect(polls()[1]?.isAborted).to.equal(false);
    posts()[1]?.answer(200, 'ok');
    expect(beacons).to.deep.equal([{ url: SESSION + '/close', body: 'data=' }]);
    expect(polls()[1]?.isAborted).to.equal(true);
  });

  it('send the close request at once on unload, with the messages not yet sent', () => {
    const { socket, beacons } = connected();
    socket.send('a').send('b');
    socket._suspend();
    expect(beacons).to.deep.equal([{ url: SESSION + '/close', body: 'data=~m~1~m~b' }]);
  });

  it('keep messages that are sent in beforeunload for the close request', () => {
    const { socket, beacons, posts } = connected();
    socket.transport?._hold();
    socket.send('bye');
    expect(posts()).to.have.lengthOf(0);
    socket._suspend();
    expect(beacons).to.deep.equal([{ url: SESSION + '/close', body: 'data=~m~3~m~bye' }]);
  });

  it('send those messages half a second later if the page stays', () => {
    const { socket, clock, posts } = connected();
    socket.transport?._hold();
    socket.send('still here');
    clock.tick(499);
    expect(posts()).to.have.lengthOf(0);
    clock.tick(1);
    expect(posts()[0]?.body).to.equal('data=~m~10~m~still%20here');
  });

  it('send the close request although the browser aborted the poll just before the unload', () => {
    const { socket, clock, beacons, polls } = connected();
    polls()[1]?.answer(0);
    clock.tick(50);
    socket._suspend();
    expect(beacons).to.deep.equal([{ url: SESSION + '/close', body: 'data=' }]);
  });

  it('send the close request although the browser aborts the first listener', () => {
    liveSockets.length = 0;
    const listeners: (() => void)[] = [];
    const { beacons, polls } = connected({
      addEventListener: (name, fn) => void (name === 'unload' && listeners.push(fn)),
    });
    watchPageLifecycle();
    const poll = polls()[1] as FakeXhr;
    poll.abort = () => {
      poll.abort = () => undefined;
      // Firefox aborts the script here, which cannot be caught; it calls the later listeners.
      throw new Error('aborted');
    };
    expect(listeners[0]).to.throw('aborted');
    expect(beacons).to.deep.equal([]);
    for (const listener of listeners.slice(1)) listener();
    expect(beacons).to.deep.equal([{ url: SESSION + '/close', body: 'data=' }]);
  });

  it('do not send a close request for a lost connection', () => {
    const { beacons, clock, polls, socket } = connected();
    polls()[1]?.answer(0);
    clock.tick(250);
    expect(socket.connected).to.equal(false);
    expect(beacons).to.deep.equal([]);
  });

  it('resume by an empty POST, and poll after its response', () => {
    const { socket, polls, posts } = resuming();
    expect(posts().map(({ body }) => body)).to.deep.equal(['data=']);
    expect(posts()[0]?.url.startsWith(SESSION + '/send/')).to.equal(true);
    expect(polls()).to.have.lengthOf(2);
    expect(socket.connected).to.equal(false);
    posts()[0]?.answer(200, 'ok');
    expect(polls()).to.have.lengthOf(3);
    expect(polls()[2]?.url.startsWith(SESSION + '/')).to.equal(true);
    expect(socket.connected).to.equal(true);
    expect(socket.transport?.sessionid).to.equal('123');
  });

  it('do not poll a session that they cannot post to, which would lose messages', () => {
    const { socket, clock, polls, posts } = resuming();
    posts()[0]?.answer(0);
    posts()[1]?.answer(0);
    expect(polls()).to.have.lengthOf(2);
    const messages: unknown[] = [];
    socket.on('message', (message) => messages.push(message));
    clock.tick(1000);
    posts()[2]?.answer(200, 'ok');
    polls()[2]?.answer(200, '~m~9~m~meanwhile');
    expect(messages).to.deep.equal(['meanwhile']);
  });

  it('treat a poll without a response for 25 s as lost', () => {
    const { socket, clock } = connected();
    clock.tick(24_999);
    expect(socket.connected).to.equal(true);
    clock.tick(1);
    expect(socket.connected).to.equal(false);
  });
});
