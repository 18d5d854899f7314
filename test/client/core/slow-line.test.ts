import { expect } from 'chai';
import type { WebSocketLike } from '../../../client/core/platform.js';
import { Socket } from '../../../client/core/socket.js';
import { type TransportOptions, transports } from '../../../client/core/transport.js';
import { WS } from '../../../client/core/transports/websocket.js';
import { XHRPolling } from '../../../client/core/transports/xhr-polling.js';
import type { ManualClock } from '../../support/clock.js';
import { fakeSocket, fakeTransports, FakeXhr, install } from './fakes.js';

const TIMEOUT_MS = 1000;
const LONGEST_TIMER_MS = 2e9;

/** A WebSocket whose unsent bytes are set by the test. */
class FakeWebSocket implements WebSocketLike {
  static latest: FakeWebSocket;
  readyState = 1;
  bufferedAmount = 0;
  readonly sent: string[] = [];
  onopen: unknown;
  onmessage: unknown;
  onclose: unknown;
  onerror: unknown;

  constructor() {
    FakeWebSocket.latest = this;
  }

  send(data: string): void {
    this.sent.push(data);
    this.bufferedAmount += data.length;
  }

  close(): void {}
}

/** The requests with that method so far, the oldest first. */
function made(method: string): FakeXhr[] {
  return FakeXhr.made.filter((one) => one.method === method);
}

/** A socket on xhr-polling with session 123. */
function polling(options: TransportOptions = { timeout: TIMEOUT_MS }) {
  const clock = install({ XMLHttpRequest: FakeXhr });
  FakeXhr.made = [];
  transports['xhr-polling'] = XHRPolling;
  const socket = new Socket(null, {
    transports: ['xhr-polling'],
    transportOptions: { 'xhr-polling': options },
  });
  socket.connect();
  FakeXhr.made[0]?.answer(200, '~m~3~m~123');
  return { clock, socket };
}

/** A socket on websocket with session 123. */
function overWebSocket() {
  const clock = install({ WebSocket: FakeWebSocket });
  transports['websocket'] = WS;
  const socket = new Socket(null, {
    transports: ['websocket'],
    transportOptions: { websocket: { timeout: TIMEOUT_MS } },
  });
  socket.connect();
  (FakeWebSocket.latest.onmessage as (event: object) => void)({ data: '~m~3~m~123' });
  return { clock, socket, webSocket: FakeWebSocket.latest };
}

/** Lets ten times almost the timeout pass, with progress after each. */
function passSlowly(clock: ManualClock, progress: () => void): void {
  for (let i = 0; i < 10; i++) {
    clock.tick(TIMEOUT_MS - 1);
    progress();
  }
}

describe('client on a slow line', () => {
  it('keeps a poll whose response arrives in parts, and closes one that stops', () => {
    const { clock, socket } = polling();
    const poll = made('GET').at(-1);
    passSlowly(clock, () => poll?.receivePart());
    expect(socket.connected).to.equal(true);
    clock.tick(TIMEOUT_MS);
    expect(socket.connected).to.equal(false);
  });

  it('keeps a POST of a long message that is being uploaded, and closes one that stops', () => {
    const { clock, socket } = polling();
    socket.send('x'.repeat(20_000));
    const post = made('POST').at(-1);
    passSlowly(clock, () => post?.upload.onprogress?.());
    expect(socket.connected).to.equal(true);
    clock.tick(TIMEOUT_MS);
    expect(socket.connected).to.equal(false);
  });

  it('does not listen to the progress of short POSTs, which would cause CORS preflights', () => {
    const { socket } = polling();
    socket.send('short');
    expect(made('POST').at(-1)?.upload.onprogress).to.equal(null);
  });

  it('keeps a WebSocket while bytes are taken from it, and closes one that stalls', () => {
    const { clock, socket, webSocket } = overWebSocket();
    socket.send('x'.repeat(20_000));
    for (let i = 0; i < 10; i++) {
      webSocket.bufferedAmount -= 1000;
      clock.tick(TIMEOUT_MS);
    }
    expect(socket.connected).to.equal(true);
    clock.tick(TIMEOUT_MS);
    expect(socket.connected).to.equal(false);
  });

  it('closes a WebSocket without received data although its sent bytes were taken', () => {
    const { clock, socket, webSocket } = overWebSocket();
    socket.send('x'.repeat(20_000));
    webSocket.bufferedAmount = 0;
    clock.tick(TIMEOUT_MS);
    expect(socket.connected).to.equal(false);
  });
});

describe('client POST without a response', () => {
  it('ends the connection after the timeout, and later messages are sent on the next one', () => {
    const { clock, socket } = polling();
    socket.send('in flight').send('later');
    passSlowly(clock, () => {
      made('GET').at(-1)?.answer(200);
    });
    expect(socket.connected).to.equal(false);
    expect(socket.queueStack).to.deep.equal(['later']);
    expect(made('POST')[0]?.isAborted).to.equal(true);
  });

  it('does not keep a closing connection open, and a late response changes nothing', () => {
    const { clock, socket } = polling();
    socket.send('in flight');
    const [post] = made('POST');
    socket.disconnect();
    clock.tick(TIMEOUT_MS);
    const closed = FakeXhr.made.filter(({ url }) => url.endsWith('/close'));
    expect(closed).to.have.lengthOf(1);
    expect(made('GET').at(-1)?.isAborted).to.equal(true);
    post?.answer(200, 'ok');
    expect(FakeXhr.made.filter(({ url }) => url.endsWith('/close'))).to.have.lengthOf(1);
    expect(clock.pending).to.equal(0);
  });
});

describe('client timeouts', () => {
  for (const timeout of [0, 2 ** 31, Infinity]) {
    it(`never close a connection with a timeout of ${timeout}`, () => {
      const { clock, socket } = polling({ timeout });
      socket.send('x');
      clock.tick(LONGEST_TIMER_MS - 1);
      expect(socket.connected).to.equal(true);
    });
  }

  it('are never set to 2^31 ms or more, which browsers and Node change to 1 ms', () => {
    const delays: number[] = [];
    install({ setTimeout: (_callback, delay) => delays.push(delay) });
    fakeTransports('first');
    const options = { connectTimeout: 2 ** 31, transportOptions: { first: { timeout: 2 ** 40 } } };
    const { socket } = fakeSocket(options);
    socket.connect();
    socket.transport?.onData('~m~3~m~123');
    expect(delays.length).to.be.above(1);
    expect(Math.max(...delays)).to.equal(LONGEST_TIMER_MS);
  });
});
