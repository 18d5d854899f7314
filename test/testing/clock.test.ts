import { expect } from 'chai';
import { listen } from '../../lib/index.js';
import { createTestServer, TestClock } from '../../lib/testing/index.js';
import { Network } from '../../lib/testing/memory/network.js';
import { afterThisTest } from '../support/cleanup.js';

describe('TestClock', () => {
  it('does not change until it is advanced', async () => {
    const clock = new TestClock(new Network());
    const calls: number[] = [];
    clock.setTimeout(() => calls.push(clock.now()), 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([clock.now(), calls]).to.deep.equal([0, []]);
    await clock.advance(1);
    expect([clock.now(), calls]).to.deep.equal([1, [1]]);
  });

  it('calls timeouts at their time and in order, also those that are set meanwhile', async () => {
    const clock = new TestClock(new Network());
    const calls: string[] = [];
    const call = (name: string) => (): void => void calls.push(`${name} ${clock.now()}`);
    clock.setTimeout(call('b'), 20);
    clock.setTimeout(call('c'), 20);
    clock.setTimeout(() => {
      call('a')();
      clock.setTimeout(call('again'), 10);
      clock.setTimeout(call('at once'), 0);
      clock.setTimeout(call('later'), 11);
    }, 10);
    await clock.advance(20);
    expect(calls).to.deep.equal(['a 10', 'at once 10', 'b 20', 'c 20', 'again 20']);
    expect(clock.now()).to.equal(20);
  });

  it('does not call a timeout that was cancelled', async () => {
    const clock = new TestClock(new Network());
    let calls = 0;
    const timeout = clock.setTimeout(() => calls++, 5);
    clock.clearTimeout(timeout);
    clock.clearTimeout(timeout);
    await clock.advance(10);
    expect(calls).to.equal(0);
  });

  it('waits for the effects of a timeout before the next one', async () => {
    const network = new Network();
    const clock = new TestClock(network);
    const times: number[] = [];
    clock.setTimeout(() => network.post(() => network.post(() => times.push(clock.now()))), 1);
    await clock.advance(1000);
    expect(times).to.deep.equal([1]);
  });

  for (const ms of [-1, Infinity, Number.NaN]) {
    it(`rejects ${ms} milliseconds`, async () => {
      const error = await new TestClock(new Network()).advance(ms).catch((reason: Error) => reason);
      expect(error).to.be.instanceOf(RangeError);
      expect(String(error)).to.include(`got ${ms}`);
    });
  }

  it('rejects a second call before the first one has finished', async () => {
    const clock = new TestClock(new Network());
    const first = clock.advance(10);
    const error = await clock.advance(10).catch((reason: Error) => reason);
    expect(String(error)).to.equal('Error: The clock is advancing: await the earlier call');
    await first;
    await clock.advance(10);
    expect(clock.now()).to.equal(20);
  });

  it('decides when a heartbeat is sent and when it is overdue', async () => {
    const t = createTestServer();
    afterThisTest(() => t.close());
    const reasons: unknown[] = [];
    const io = listen(t.server, {
      transportOptions: { websocket: { heartbeatInterval: 5000, timeout: 3000 } },
    });
    io.on('clientDisconnect', (_client, reason) => reasons.push(reason));
    await t.connect({ answersHeartbeats: false });
    await t.clock.advance(7980);
    expect(reasons).to.deep.equal([]);
    await t.clock.advance(20);
    expect(reasons).to.deep.equal(['heartbeat timeout']);
  });
});

describe('Network', () => {
  it('reports traffic that never ends', async () => {
    const network = new Network();
    let isRunning = true;
    const again = (): void => {
      if (isRunning) network.post(again);
    };
    again();
    const error = await network.settle().catch((reason: Error) => reason);
    isRunning = false;
    expect(String(error)).to.match(/^Error: The traffic has not ended within \d+ turns/);
  });
});
