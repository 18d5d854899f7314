import { expect } from 'chai';
import * as fc from 'fast-check';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Timer, systemClock, Timers } from '../../lib/util/timers.js';
import { ManualClock } from '../support/clock.js';

/** Accepts only delays that a Node timer accepts. */
class StrictClock extends ManualClock {
  override setTimeout(callback: () => void, ms: number): unknown {
    expect(ms).to.be.within(0, 2 ** 31 - 1);
    return super.setTimeout(callback, ms);
  }
}

function setUp(): {
  clock: ManualClock;
  timers: Timers;
  fired: [string, number][];
  timer: (name: string, onTimeout?: () => void) => Timer;
} {
  const clock = new ManualClock();
  const fired: [string, number][] = [];
  const timer = (name: string, onTimeout?: () => void): Timer =>
    new Timer({
      onTimeout() {
        fired.push([name, clock.now()]);
        onTimeout?.();
      },
    });
  return { clock, timers: new Timers(clock), fired, timer };
}

function byTimeAndName(list: [string, number][]): [string, number][] {
  return list.toSorted((x, y) => x[1] - y[1] || x[0].localeCompare(y[0]));
}

describe('Timers', () => {
  it('fire once, when the delay is over', () => {
    const { clock, timers, fired, timer } = setUp();
    timers.set(timer('a'), 100);
    clock.tick(99);
    expect(fired).to.deep.equal([]);
    clock.tick(1);
    expect(fired).to.deep.equal([['a', 100]]);
    clock.tick(1000);
    expect(fired.length).to.equal(1);
    expect(clock.pending).to.equal(0);
  });

  it('fire after a delay of 0 in a later turn', () => {
    const { clock, timers, fired, timer } = setUp();
    timers.set(timer('a'), 0);
    expect(fired).to.deep.equal([]);
    clock.tick(0);
    expect(fired).to.deep.equal([['a', 0]]);
  });

  it('use one timeout for all timers of one delay', () => {
    const { clock, timers, timer } = setUp();
    for (let i = 0; i < 100; i++) {
      timers.set(timer(String(i)), 10_000);
      clock.tick(1);
    }
    expect(clock.pending).to.equal(1);
    expect(timers.size).to.equal(100);
    clock.tick(10_100 + 20);
    expect(timers.size).to.equal(0);
    expect(clock.pending).to.equal(0);
  });

  it('fire after long delays up to 20 ms late, all that are due at once, in order', () => {
    const { clock, timers, fired, timer } = setUp();
    for (const name of ['a', 'b', 'c']) {
      timers.set(timer(name), 1005);
      clock.tick(5);
    }
    clock.tick(1100);
    expect(fired.map(([name]) => name)).to.deep.equal(['a', 'b', 'c']);
    // 1005 is rounded up to 1020, and by then all three are due
    expect(fired.map(([, at]) => at)).to.deep.equal([1020, 1020, 1020]);
  });

  it('fire after short delays to the millisecond', () => {
    const { clock, timers, fired, timer } = setUp();
    timers.set(timer('a'), 999);
    clock.tick(1);
    timers.set(timer('b'), 999);
    clock.tick(5000);
    expect(fired).to.deep.equal([
      ['a', 999],
      ['b', 1000],
    ]);
  });

  it('do not fire a timer that is cleared, at either end of the list or within it', () => {
    for (const cleared of [0, 1, 2]) {
      const { clock, timers, fired, timer } = setUp();
      const all = ['0', '1', '2'].map((name) => timer(name));
      for (const each of all) timers.set(each, 50);
      timers.clear(all[cleared] as Timer);
      timers.clear(all[cleared] as Timer);
      expect(timers.size).to.equal(2);
      clock.tick(100);
      expect(fired.map(([name]) => name)).to.deep.equal(
        ['0', '1', '2'].filter((name) => name !== String(cleared)),
      );
    }
  });

  it('clear the timeout with the last timer', () => {
    const { clock, timers, timer } = setUp();
    const only = timer('a');
    timers.set(only, 50);
    timers.clear(only);
    expect(clock.pending).to.equal(0);
  });

  it('replace the earlier schedule of a timer that is set again', () => {
    const { clock, timers, fired, timer } = setUp();
    const a = timer('a');
    timers.set(a, 50);
    clock.tick(40);
    timers.set(a, 50);
    clock.tick(40);
    timers.set(a, 70);
    clock.tick(69);
    expect(fired).to.deep.equal([]);
    clock.tick(1);
    expect(fired).to.deep.equal([['a', 150]]);
  });

  it('let a timer set and clear others while it fires', () => {
    const { clock, timers, fired, timer } = setUp();
    const b = timer('b');
    const a = timer('a', () => {
      timers.clear(b);
      timers.set(a, 50);
    });
    timers.set(a, 50);
    timers.set(b, 50);
    clock.tick(50);
    expect(fired).to.deep.equal([['a', 50]]);
    clock.tick(50);
    expect(fired).to.deep.equal([
      ['a', 50],
      ['a', 100],
    ]);
    expect(timers.size).to.equal(1);
    expect(clock.pending).to.equal(1);
  });

  it('defer a list once after a stall of any length, so that input is read first', () => {
    for (const lateness of [100, 600, 12_000]) {
      const { clock, timers, fired, timer } = setUp();
      const unanswered = timer('unanswered');
      const answered = timer('answered');
      timers.set(unanswered, 8000);
      timers.set(answered, 8000);
      clock.stall(8000 + lateness);
      clock.tick(0);
      expect(fired).to.deep.equal([]);
      timers.clear(answered);
      clock.tick(500);
      expect(fired).to.deep.equal([['unanswered', 8500 + lateness]]);
      expect(clock.pending).to.equal(0);
    }
  });

  it('do not take jitter for a stall', () => {
    const { clock, timers, fired, timer } = setUp();
    timers.set(timer('a'), 8000);
    clock.stall(8099);
    clock.tick(0);
    expect(fired).to.deep.equal([['a', 8099]]);
  });

  it('wait for delays of more than 31 bits in several steps, and for ever if infinite', () => {
    const clock = new StrictClock();
    const timers = new Timers(clock);
    let fired = 0;
    const timer = new Timer({ onTimeout: () => fired++ });
    const never = new Timer({ onTimeout: () => fired++ });
    const delay = 2 ** 32 + 7;
    timers.set(timer, delay);
    timers.set(never, Infinity);
    clock.tick(delay - 1);
    expect(fired).to.equal(0);
    clock.tick(20);
    expect(fired).to.equal(1);
    clock.tick(2 ** 40);
    expect(fired).to.equal(1);
    expect(never.isSet).to.equal(true);
    timers.clear(never);
    expect(clock.pending).to.equal(0);
  });

  it('fire outside of the async context that has set them', (done) => {
    const storage = new AsyncLocalStorage<string>();
    const timer = new Timer({
      onTimeout() {
        expect(storage.getStore()).to.equal(undefined);
        done();
      },
    });
    storage.run('of one session', () => new Timers().set(timer, 1));
  });

  it('agree with a simple model, however they are set and cleared', () => {
    const step = fc.record({
      who: fc.nat(5),
      delay: fc.constantFrom(null, 0, 1, 10, 500),
      wait: fc.nat(300),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { clock, timers, fired, timer } = setUp();
        const all = Array.from({ length: 6 }, (_, i) => timer(String(i)));
        const due = new Map<string, number>();
        const expected: [string, number][] = [];
        const pass = (until: number): void => {
          const over = [...due].filter(([, at]) => at <= until);
          for (const [name, at] of over) {
            due.delete(name);
            expected.push([name, at]);
          }
        };
        for (const { who, delay, wait } of steps) {
          const one = all[who] as Timer;
          if (delay === null) {
            timers.clear(one);
            due.delete(String(who));
          } else {
            timers.set(one, delay);
            due.set(String(who), clock.now() + delay);
          }
          pass(clock.now() + wait);
          clock.tick(wait);
        }
        expect(byTimeAndName(fired)).to.deep.equal(byTimeAndName(expected));
        expect(timers.size).to.equal(due.size);
      }),
    );
  });

  it("use the system's clock by default", (done) => {
    const begin = systemClock.now();
    new Timers().set(
      new Timer({
        onTimeout() {
          expect(systemClock.now() - begin).to.be.at.least(1);
          done();
        },
      }),
      2,
    );
    const handle = systemClock.setTimeout(() => done(new Error('a cleared timeout fired')), 0);
    systemClock.clearTimeout(handle);
  });
});
