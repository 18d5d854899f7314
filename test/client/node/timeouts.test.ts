import { expect } from 'chai';
import { platform } from '../../../client/core/platform.js';
import type { ClientError } from '../../../client/node/index.js';
import { useNode } from '../../../client/node/platform.js';
import { afterThisTest } from '../../support/cleanup.js';
import { serve } from '../../support/server.js';
import { until } from '../../support/wait.js';
import { AT_ONCE, TRANSPORTS, RecordedSocket } from './support.js';

const OURS = { transports: [...TRANSPORTS] };

/** Replaces the timers of Node; returns the requested delays. */
function recordDelays(): number[] {
  const { setTimeout: original } = globalThis;
  const delays: number[] = [];
  globalThis.setTimeout = ((callback: () => void, delay: number) => {
    delays.push(delay);
    return original(callback, Math.min(delay, 1e6)).unref();
  }) as typeof setTimeout;
  afterThisTest(() => {
    globalThis.setTimeout = original;
  });
  return delays;
}

describe('Socket, with delays beyond the range of timers', () => {
  for (const delay of [2 ** 31, 1e12, Infinity]) {
    it(`limits a delay of ${delay} ms to the longest that Node supports`, () => {
      const delays = recordDelays();
      useNode();
      platform.setTimeout(() => {}, delay);
      expect(delays).to.deep.equal([2 ** 31 - 1]);
    });
  }

  it('connects with the longest timeouts', async () => {
    const { port } = await serve(OURS);
    const delays = recordDelays();
    const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, {
      transports: ['websocket'],
      connectTimeout: 2 ** 40,
      messageTimeout: Infinity,
      transportOptions: { websocket: { timeout: 2 ** 33 } },
    });
    recorded.socket.connect();
    await recorded.next('connect');
    expect(delays.filter((delay) => delay > 2 ** 31 - 1)).to.deep.equal([]);
    expect(delays.filter((delay) => delay >= 2e9).length).to.be.at.least(3);
  });
});

describe('Socket, with messageTimeout', () => {
  it('emits error and reconnects with a new session if only heartbeats arrive', async () => {
    const { io, port } = await serve({
      ...OURS,
      transportOptions: { websocket: { heartbeatInterval: 5 } },
    });
    const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, {
      ...AT_ONCE,
      messageTimeout: 60,
    });
    recorded.socket.connect();
    await recorded.next('connect');
    const first = recorded.socket.sessionId;
    await recorded.next('heartbeat');
    const [, error] = (await recorded.next('error')) as [string, ClientError];
    expect(error).to.include({
      code: 'ERR_SIO_MESSAGE_TIMEOUT',
      message: 'No message has arrived for 60 ms',
    });
    await recorded.next('disconnect');
    await recorded.next('reconnect');
    expect(recorded.socket.sessionId).to.not.equal(first);
    await until(() => !Object.hasOwn(io.clients, String(first)), 'the end of the first session');
  });

  it('starts again with each message', async () => {
    const { io, port } = await serve(OURS);
    io.on('connection', (client) => client.send(['1', '2', '3']));
    const { setTimeout: original } = globalThis;
    let refreshes = 0;
    globalThis.setTimeout = ((callback: () => void, delay: number) => {
      const timer = original(callback, delay);
      if (delay === 123_456) timer.refresh = () => (refreshes++, timer);
      return timer;
    }) as typeof setTimeout;
    afterThisTest(() => {
      globalThis.setTimeout = original;
    });
    const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, { messageTimeout: 123_456 });
    recorded.socket.connect();
    for (const expected of ['1', '2', '3']) expect(await recorded.message()).to.equal(expected);
    expect(refreshes).to.equal(3);
  });

  it('ends iterators with the error if reconnect is false', async () => {
    const { port } = await serve(OURS);
    const options = { messageTimeout: 20, reconnect: false };
    const { socket } = new RecordedSocket(`http://127.0.0.1:${port}`, options);
    let caught: unknown;
    try {
      for await (const message of socket) expect(message).to.equal('no message');
    } catch (error) {
      caught = error;
    }
    expect(caught).to.have.property('code', 'ERR_SIO_MESSAGE_TIMEOUT');
    expect(socket.connected).to.equal(false);
  });
});
