import { expect } from 'chai';
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { linger } from '../../lib/util/linger.js';

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

  it('leaves a socket alone that is destroyed', () => {
    const socket = new UnreadSocket();
    socket.destroy();
    linger(socket as unknown as Socket);
    expect(socket.timeout).to.equal(0);
  });
});
