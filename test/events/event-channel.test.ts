import { expect } from 'chai';
import {
  EventChannel,
  NamedEvent,
  type Answer,
  type Outlet,
} from '../../lib/events/event-channel.js';
import { Timers } from '../../lib/util/timers.js';
import { ManualClock } from '../support/clock.js';
import { WebsocketDriver } from '../support/drivers/index.js';
import { framed } from '../support/payload.js';
import { serve } from '../support/server.js';
import { uncaught, until } from '../support/wait.js';

const callback = (): void => undefined;
const SILENT: Outlet = {
  timers: new Timers(new ManualClock()),
  sendEvent: () => callback,
  sendMessage: () => callback,
};

describe('EventChannel', () => {
  it('calls the handlers of a name, and those of all names first', () => {
    const channel = new EventChannel(SILENT);
    const calls: unknown[] = [];
    const any = (...args: unknown[]): void => void calls.push(['any', ...args]);
    const one = (...args: unknown[]): void => void calls.push(['one', ...args]);
    channel.on('a', one).onAny(any);
    channel.once('a', (...args: unknown[]) => calls.push(['once', ...args]));
    channel._dispatch('a', [1]);
    channel.off('a', one).offAny(any);
    channel._dispatch('a', [2]);
    channel.on('a', one).on('a', one).off('a');
    channel._dispatch('a', [3]);
    expect(calls).to.deep.equal([
      ['any', 'a', [1], undefined],
      ['one', 1],
      ['once', 1],
    ]);
  });

  it('calls the other handlers when one throws', async () => {
    const channel = new EventChannel(SILENT);
    const calls: string[] = [];
    channel.on('a', () => {
      throw new Error('one handler failed');
    });
    channel.on('a', () => calls.push('other'));
    const surfaced = uncaught();
    channel._dispatch('a', []);
    expect((await surfaced).message).to.equal('one handler failed');
    expect(calls).to.deep.equal(['other']);
  });

  it('calls back with an error after a timeout, otherwise with null and the answer', async () => {
    const clock = new ManualClock();
    const wanted: (Answer | null)[] = [];
    const forgotten: number[] = [];
    const ask = (_what: unknown, ...[second, third]: unknown[]): (() => void) => {
      const index = wanted.push((typeof second === 'function' ? second : third) as Answer | null);
      return () => forgotten.push(index);
    };
    const outlet = { timers: new Timers(clock), sendEvent: ask, sendMessage: ask };
    const sender = new EventChannel(outlet).timeout(100);
    const answers: unknown[][] = [];
    for (let i = 0; i < 2; i++) {
      sender.emit('ask', i, (...values: unknown[]) => answers.push(values));
      sender.send('text', (...values: unknown[]) => answers.push(values));
    }
    sender.emit('without a callback');
    expect(wanted.map((answer) => answer?.length)).to.deep.equal([1, 1, 1, 1, undefined]);
    clock.tick(99);
    wanted[0]?.('yes', 1);
    wanted[3]?.();
    clock.tick(1);
    expect(answers.slice(0, 2)).to.deep.equal([
      [null, 'yes', 1],
      [null, undefined],
    ]);
    const errors = answers.slice(2).map(([error]) => error as Error & { readonly code: string });
    expect(errors.map(({ code, message }) => [code, message])).to.deep.equal([
      ['ERR_SIO_NO_ANSWER', 'No answer within 100 ms'],
      ['ERR_SIO_NO_ANSWER', 'No answer within 100 ms'],
    ]);
    expect(forgotten).to.deep.equal([2, 3]);
    expect(clock.pending).to.equal(0);
    const failed = uncaught();
    sender.emit('ask', () => {
      throw new Error('the callback failed');
    });
    clock.tick(100);
    expect((await failed).message).to.equal('the callback failed');
    for (const ms of [-1, 2 ** 31, Number.NaN]) {
      expect(() => new EventChannel(SILENT).timeout(ms)).to.throw(RangeError, 'from 0 to');
    }
  });

  it('uses a last argument that is a function as the callback', () => {
    const sent: unknown[][] = [];
    const record = (...args: unknown[]): (() => void) => {
      sent.push(args);
      return callback;
    };
    const channel = new EventChannel({ ...SILENT, sendEvent: record, sendMessage: record });
    channel.emit('a', 1, callback).emit('b').send('c', callback).send(undefined);
    channel.volatile.emit('d', callback, 1);
    expect(sent).to.deep.equal([
      ['a', [1], callback, false],
      ['b', [], null, false],
      ['c', callback, false],
      [undefined, null, false],
      ['d', [callback, 1], null, true],
    ]);
  });
});

describe('client.events of 0.6', () => {
  it('are messages of the shape that events have later', async () => {
    const served = await serve();
    const driver = await new WebsocketDriver(served.port).open();
    const client = await served.client(driver.sessionId);
    expect(client.protocol).to.equal('0.6');
    expect([client.handshake, client.of('/chat')]).to.deep.equal([null, undefined]);
    client.events
      .emit('hello', 1, () => undefined)
      .emit('bare')
      .send('text');
    expect(await driver.next()).to.deep.equal({ name: 'hello', args: [1] });
    expect(await driver.next()).to.deep.equal({ name: 'bare' });
    expect(await driver.next()).to.equal('text');
    const calls: unknown[][] = [];
    client.events.onAny((...args) => calls.push(args));
    let messages = 0;
    client.on('message', () => messages++);
    const sent = [{ name: 'a', args: [1] }, { name: 'b' }, { name: 1 }, { name: 'c', args: 1 }];
    const texts = sent.map((value) => `~j~${JSON.stringify(value)}`);
    await driver.send(framed(...texts, 'text', '~j~null'));
    await until(() => messages === 6, 'the messages');
    expect(calls).to.deep.equal([
      ['a', [1], undefined],
      ['b', [], undefined],
    ]);
    expect(client.events).to.equal(client.events);
  });
});

describe('NamedEvent', () => {
  it('has no arguments where there are none', () => {
    expect(JSON.stringify([new NamedEvent('a', []), new NamedEvent('b', [1])])).to.equal(
      '[{"name":"a"},{"name":"b","args":[1]}]',
    );
  });
});
