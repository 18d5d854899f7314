import { expect } from 'chai';
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { replaceTimers } from '../model/fake-timers.js';
import { ManualClock } from '../support/clock.js';
import { afterThisTest } from '../support/cleanup.js';
import { linger, lingerIfEnded } from '../../lib/util/linger.js';

/** A socket whose peer does not read. */
class UnreadSocket extends Duplex {
  timeout = 0;

  setTimeout(ms: number): this {
    this.timeout = ms;
    return this;
  }

  override _read(): void {}

  override _write(): void {}
}

describe('linger', () => {
  it('destroys a socket on which nothing has moved', () => {
    const socket = new UnreadSocket();
    linger(socket as unknown as Socket);
    expect(socket.timeout).to.equal(2000);
    socket.emit('timeout');
    expect(socket.destroyed).to.equal(true);
  });

  it('adds its listeners once, however often a connection ends', () => {
    const socket = new UnreadSocket();
    socket.write('unread');
    for (let i = 0; i < 3; i++) linger(socket as unknown as Socket);
    expect(socket.listenerCount('timeout')).to.equal(1);
    expect(socket.listenerCount('close')).to.be.at.most(1);
    socket.destroy();
  });

  it('destroys a socket that does not take what waits in it, though its peer sends', () => {
    const clock = new ManualClock();
    afterThisTest(replaceTimers(clock));
    const unread = Object.assign(new UnreadSocket(), { _handle: { writeQueueSize: 9 } });
    unread.write('unread');
    linger(unread as unknown as Socket);
    unread._handle.writeQueueSize = 8;
    clock.tick(10_000);
    expect(unread.destroyed).to.equal(false);
    clock.tick(10_000);
    expect(unread.destroyed).to.equal(true);
  });

  it('watches a socket no longer once everything is taken', () => {
    const clock = new ManualClock();
    afterThisTest(replaceTimers(clock));
    const socket = new UnreadSocket();
    const callbacks: (() => void)[] = [];
    const take = (_chunk: unknown, _encoding: unknown, callback: () => void): void => {
      callbacks.push(callback);
    };
    Object.assign(socket, { _write: take });
    socket.write('read later');
    linger(socket as unknown as Socket);
    const listeners = socket.listenerCount('close');
    for (const callback of callbacks) callback();
    clock.tick(10_000);
    expect(socket.listenerCount('close')).to.equal(listeners - 1);
    clock.tick(100_000);
    expect(socket.destroyed).to.equal(false);
  });

  it('leaves a socket alone that is destroyed', () => {
    const socket = new UnreadSocket();
    socket.destroy();
    linger(socket as unknown as Socket);
    expect(socket.timeout).to.equal(0);
  });
});

describe('lingerIfEnded', () => {
  it('does nothing while the application has not ended the connection', () => {
    const socket = new UnreadSocket() as unknown as Socket;
    expect(lingerIfEnded({ socket } as IncomingMessage, socket, true)).to.equal(false);
    expect(socket.listenerCount('error')).to.equal(0);
  });

  for (const isUpgrade of [true, false]) {
    it(`limits the time of a connection that it has ended, ${isUpgrade ? 'also' : 'not only'} after an upgrade`, () => {
      const socket = new UnreadSocket();
      socket.end('last words');
      const target = socket as unknown as Socket;
      expect(lingerIfEnded({ socket: target } as IncomingMessage, target, isUpgrade)).to.equal(
        true,
      );
      expect(socket.timeout).to.equal(2000);
      expect(socket.readableFlowing).to.equal(true);
      expect(socket.listenerCount('error')).to.equal(isUpgrade ? 1 : 0);
      socket.destroy();
    });
  }
});
