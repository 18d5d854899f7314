import { expect } from 'chai';
import * as fc from 'fast-check';
import { Timer, systemClock, Timers } from '../../lib/util/timers.js';
import { ManualClock } from '../support/clock.js';

function setUp(): {
  clock: ManualClock;
  timers: Timers;
  rung: [string, number][];
  alarm: (name: string, onTimeout?: () => void) => Timer;
} {
  const clock = new ManualClock();
  const rung: [string, number][] = [];
  const alarm = (name: string, onTimeout?: () => void): Timer =>
    new Timer({
      onTimeout() {
        rung.push([name, clock.now()]);
        onTimeout?.();
      },
    });
  return { clock, timers: new Timers(clock), rung, alarm };
}

function byTimeAndName(list: [string, number][]): [string, number][] {
  return list.toSorted((x, y) => x[1] - y[1] || x[0].localeCompare(y[0]));
}

describe('Timers', () => {
  it('ring once, when the span is over', () => {
    const { clock, timers, rung, alarm } = setUp();
    timers.set(alarm('a'), 100);
    clock.tick(99);
    expect(rung).to.deep.equal([]);
    clock.tick(1);
    expect(rung).to.deep.equal([['a', 100]]);
    clock.tick(1000);
    expect(rung.length).to.equal(1);
    expect(clock.pending).to.equal(0);
  });

  it('ring for a span of 0 in a turn of its own', () => {
    const { clock, timers, rung, alarm } = setUp();
    timers.set(alarm('a'), 0);
    expect(rung).to.deep.equal([]);
    clock.tick(0);
    expect(rung).to.deep.equal([['a', 0]]);
  });

  it('keep one timeout for all alarms of a span', () => {
    const { clock, timers, alarm } = setUp();
    for (let i = 0; i < 100; i++) {
      timers.set(alarm(String(i)), 10_000);
      clock.tick(1);
    }
    expect(clock.pending).to.equal(1);
    expect(timers.size).to.equal(100);
    clock.tick(10_100 + 20);
    expect(timers.size).to.equal(0);
    expect(clock.pending).to.equal(0);
  });

  it('ring long spans up to 20 ms late, all that are due at once, in their order', () => {
    const { clock, timers, rung, alarm } = setUp();
    for (const name of ['a', 'b', 'c']) {
      timers.set(alarm(name), 1005);
      clock.tick(5);
    }
    clock.tick(1100);
    expect(rung.map(([name]) => name)).to.deep.equal(['a', 'b', 'c']);
    // 1005 is rounded up to 1020, and by then all three are due
    expect(rung.map(([, at]) => at)).to.deep.equal([1020, 1020, 1020]);
  });

  it('ring short spans to the millisecond', () => {
    const { clock, timers, rung, alarm } = setUp();
    timers.set(alarm('a'), 999);
    clock.tick(1);
    timers.set(alarm('b'), 999);
    clock.tick(5000);
    expect(rung).to.deep.equal([
      ['a', 999],
      ['b', 1000],
    ]);
  });

  it('forget an alarm that is cleared, at either end of the row or within it', () => {
    for (const cleared of [0, 1, 2]) {
      const { clock, timers, rung, alarm } = setUp();
      const alarms = ['0', '1', '2'].map((name) => alarm(name));
      for (const each of alarms) timers.set(each, 50);
      timers.clear(alarms[cleared] as Timer);
      timers.clear(alarms[cleared] as Timer);
      expect(timers.size).to.equal(2);
      clock.tick(100);
      expect(rung.map(([name]) => name)).to.deep.equal(
        ['0', '1', '2'].filter((name) => name !== String(cleared)),
      );
    }
  });

  it('leave nothing behind when the last alarm is cleared', () => {
    const { clock, timers, alarm } = setUp();
    const only = alarm('a');
    timers.set(only, 50);
    timers.clear(only);
    expect(clock.pending).to.equal(0);
  });

  it('forget the earlier setting of an alarm that is set again', () => {
    const { clock, timers, rung, alarm } = setUp();
    const a = alarm('a');
    timers.set(a, 50);
    clock.tick(40);
    timers.set(a, 50);
    clock.tick(40);
    timers.set(a, 70);
    clock.tick(69);
    expect(rung).to.deep.equal([]);
    clock.tick(1);
    expect(rung).to.deep.equal([['a', 150]]);
  });

  it('let an alarm set and clear others while it rings', () => {
    const { clock, timers, rung, alarm } = setUp();
    const b = alarm('b');
    const a = alarm('a', () => {
      timers.clear(b);
      timers.set(a, 50);
    });
    timers.set(a, 50);
    timers.set(b, 50);
    clock.tick(50);
    expect(rung).to.deep.equal([['a', 50]]);
    clock.tick(50);
    expect(rung).to.deep.equal([
      ['a', 50],
      ['a', 100],
    ]);
    expect(timers.size).to.equal(1);
    expect(clock.pending).to.equal(1);
  });

  it('give what was missed in a stall the time to arrive, once', () => {
    const { clock, timers, rung, alarm } = setUp();
    const missed = alarm('missed');
    const answered = alarm('answered');
    timers.set(missed, 8000);
    timers.set(answered, 8000);
    clock.stall(20_000);
    clock.tick(0);
    expect(rung).to.deep.equal([]);
    timers.clear(answered);
    clock.tick(8000);
    expect(rung.map(([name]) => name)).to.deep.equal(['missed']);
    expect(rung[0]?.[1]).to.be.below(28_000);
    expect(clock.pending).to.equal(0);
  });

  it('do what simple timers do, however they are set and cleared', () => {
    const step = fc.record({
      who: fc.nat(5),
      span: fc.constantFrom(null, 0, 1, 10, 500),
      wait: fc.nat(300),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { clock, timers, rung, alarm } = setUp();
        const alarms = Array.from({ length: 6 }, (_, i) => alarm(String(i)));
        const due = new Map<string, number>();
        const expected: [string, number][] = [];
        const pass = (until: number): void => {
          const over = [...due].filter(([, at]) => at <= until);
          for (const [name, at] of over) {
            due.delete(name);
            expected.push([name, at]);
          }
        };
        for (const { who, span, wait } of steps) {
          const one = alarms[who] as Timer;
          if (span === null) {
            timers.clear(one);
            due.delete(String(who));
          } else {
            timers.set(one, span);
            due.set(String(who), clock.now() + span);
          }
          pass(clock.now() + wait);
          clock.tick(wait);
        }
        expect(byTimeAndName(rung)).to.deep.equal(byTimeAndName(expected));
        expect(timers.size).to.equal(due.size);
      }),
    );
  });

  it("take the system's clock by default", (done) => {
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
    const handle = systemClock.setTimeout(() => done(new Error('cleared timeouts ring')), 0);
    systemClock.clearTimeout(handle);
  });
});
