import { expect } from 'chai';
import { sendHeartbeats } from '../../../lib/cli/recording/outlets.js';
import { Player, type Outlet, type Pace } from '../../../lib/cli/recording/player.js';
import type { Entry, Side } from '../../../lib/cli/recording/recording.js';
import { ManualClock } from '../../support/clock.js';

const message = (at: number, data: unknown, from: Side = 'server'): Entry => ({
  at,
  type: 'message',
  from,
  data,
});

/** A player with a clock, and what it has sent with the times. */
class Playback implements Outlet {
  readonly clock = new ManualClock();
  readonly sent: unknown[] = [];
  readonly player: Player;
  onDrain: (() => void) | null = null;
  isFullNow = false;

  constructor(entries: readonly Entry[], pace: Partial<Pace> = {}) {
    const full = { speed: 1, isInTurn: false, ...pace };
    this.player = new Player(entries, full, this, () => this.#log('over'), this.clock);
    this.player.start();
  }

  sendMessages(messages: readonly unknown[]): void {
    this.#log(...messages);
  }

  sendEvent(name: string, args: readonly unknown[]): void {
    this.#log({ name, args });
  }

  end(): void {
    this.#log('end');
  }

  isFull(onDrain: () => void): boolean {
    if (this.isFullNow) this.onDrain = onDrain;
    return this.isFullNow;
  }

  #log(...what: readonly unknown[]): void {
    this.sent.push([this.clock.now(), ...what]);
  }
}

describe('sendHeartbeats', () => {
  it('sends one every ten seconds, with its number, until it is stopped', () => {
    const clock = new ManualClock();
    const sent: string[] = [];
    const stop = sendHeartbeats((payload) => sent.push(payload), clock);
    clock.tick(9999);
    expect(sent).to.deep.equal([]);
    clock.tick(10_001);
    expect(sent).to.deep.equal(['~m~4~m~~h~1', '~m~4~m~~h~2']);
    stop();
    clock.tick(100_000);
    expect(sent).to.have.lengthOf(2);
  });
});

describe('Player', () => {
  const entries: readonly Entry[] = [
    { at: 0, type: 'connect' },
    message(0, 'a'),
    message(100, 'b'),
    message(100, 'c'),
    message(150, 'from the client', 'client'),
    { at: 160, type: 'event', from: 'client', name: 'n', args: [] },
    { at: 250, type: 'event', from: 'server', name: 'n', args: [1] },
    { at: 400, type: 'disconnect', from: 'server' },
  ];

  it('sends what the server sent at its time, and what arrived together in one payload', () => {
    const { sent, clock } = new Playback(entries);
    expect(sent).to.deep.equal([[0, 'a']]);
    clock.tick(99);
    expect(sent).to.have.lengthOf(1);
    clock.tick(1000);
    expect(sent).to.deep.equal([
      [0, 'a'],
      [100, 'b', 'c'],
      [250, { name: 'n', args: [1] }],
      [400, 'end'],
      [400, 'over'],
    ]);
    expect(clock.pending).to.equal(0);
  });

  it('plays faster or slower', () => {
    const fast = new Playback(entries, { speed: 10 });
    fast.clock.tick(1000);
    expect(fast.sent.map((line) => (line as [number])[0])).to.deep.equal([0, 10, 25, 40, 40]);
    const slow = new Playback(entries, { speed: 0.5 });
    slow.clock.tick(1000);
    expect(slow.sent.map((line) => (line as [number])[0])).to.deep.equal([0, 200, 500, 800, 800]);
  });

  it('catches up after it was late', () => {
    const { sent, clock } = new Playback(entries);
    clock.stall(200);
    clock.tick(0);
    clock.tick(50);
    expect(sent.slice(1)).to.deep.equal([
      [200, 'b', 'c'],
      [250, { name: 'n', args: [1] }],
    ]);
  });

  it('plays without pauses, a part in each turn', () => {
    const many = Array.from({ length: 250 }, (_, i) => message(i * 1000, i));
    const { sent, clock } = new Playback(many, { speed: Infinity });
    expect(sent).to.have.lengthOf(100);
    clock.tick(0);
    expect(sent).to.have.lengthOf(251);
    expect(sent.at(-1)).to.deep.equal([0, 'over']);
  });

  it('waits in turn for messages of the client, and counts the pauses from there', () => {
    const playback = new Playback(entries, { isInTurn: true });
    const { sent, clock, player } = playback;
    clock.tick(1000);
    expect(sent).to.have.lengthOf(2);
    player.onClientMessage();
    clock.tick(1000);
    player.onClientMessage();
    clock.tick(89);
    expect(sent).to.have.lengthOf(2);
    clock.tick(1);
    expect(sent[2]).to.deep.equal([2090, { name: 'n', args: [1] }]);
  });

  it('counts messages that the client sends early', () => {
    const { sent, clock, player } = new Playback(entries, { isInTurn: true });
    player.onClientMessage();
    player.onClientMessage();
    player.onClientMessage();
    clock.tick(400);
    expect(sent.at(-1)).to.deep.equal([400, 'over']);
  });

  it('waits while the client does not read', () => {
    const playback = new Playback(entries, { speed: Infinity });
    expect(playback.sent).to.have.lengthOf(5);
    const slow = new Playback(entries);
    slow.isFullNow = true;
    slow.clock.tick(1000);
    expect(slow.sent).to.have.lengthOf(1);
    slow.isFullNow = false;
    slow.onDrain?.();
    expect(slow.sent).to.have.lengthOf(5);
  });

  it('sends nothing after stop()', () => {
    const { sent, clock, player } = new Playback(entries);
    player.stop();
    clock.tick(1000);
    expect(sent).to.have.lengthOf(1);
    expect(clock.pending).to.equal(0);
  });

  it('stays connected where a connection was replaced, and after the client left', () => {
    const { sent, clock } = new Playback([
      message(0, 'a'),
      { at: 1, type: 'disconnect', from: 'server' },
      { at: 2, type: 'connect' },
      message(3, 'b'),
      { at: 4, type: 'disconnect', from: 'client' },
    ]);
    clock.tick(10);
    expect(sent).to.deep.equal([
      [0, 'a'],
      [3, 'b'],
      [4, 'over'],
    ]);
  });
});
