import { expect } from 'chai';
import { Socket } from 'node:net';
import { flushBeforeEnd } from '../../lib/transports/flush-before-end.js';

function owner(name: string, log: string[]): { flush(): void } {
  return { flush: () => void log.push(name) };
}

describe('flushBeforeEnd', () => {
  it('calls the holder while the socket can still be written to', () => {
    const socket = new Socket();
    const log: unknown[] = [];
    flushBeforeEnd(socket, { flush: () => log.push(socket.writableEnded) });
    expect(socket.end()).to.equal(socket);
    expect(log).to.deep.equal([false]);
    expect(socket.writableEnded).to.equal(true);
  });

  it('calls only the latest holder of a connection', () => {
    const socket = new Socket();
    const log: string[] = [];
    flushBeforeEnd(socket, owner('first', log));
    const end: unknown = Reflect.get(socket, 'end');
    flushBeforeEnd(socket, owner('second', log));
    expect(Reflect.get(socket, 'end')).to.equal(end);
    socket.end();
    expect(log).to.deep.equal(['second']);
  });

  it('writes nothing to a socket that has ended, which would emit an error', () => {
    let ends = 0;
    class CountingSocket extends Socket {
      override end(): this {
        ends++;
        return super.end();
      }
    }
    const socket = new CountingSocket();
    flushBeforeEnd(socket, owner('ours', []));
    socket.end();
    expect(socket.end()).to.equal(socket);
    expect(ends).to.equal(1);
  });

  it('keeps reporting that a socket has ended', (done) => {
    const socket = new Socket();
    flushBeforeEnd(socket, owner('ours', []));
    socket.destroy();
    socket.end();
    socket.end((error?: Error) => {
      expect(error).to.be.an.instanceOf(Error);
      done();
    });
  });

  it('keeps an `end` that other code has set', () => {
    const socket = new Socket();
    const own = (): Socket => socket;
    socket.end = own;
    flushBeforeEnd(socket, owner('ours', []));
    expect(Reflect.get(socket, 'end')).to.equal(own);
  });

  it('flushes before a socket is destroyed, unless by an error', () => {
    for (const error of [undefined, new Error('broken')]) {
      const socket = new Socket();
      socket.on('error', () => undefined);
      const log: unknown[] = [];
      flushBeforeEnd(socket, { flush: () => log.push(socket.destroyed) });
      expect(socket.destroy(error)).to.equal(socket);
      socket.destroy();
      expect(log).to.deep.equal(error ? [] : [false]);
    }
  });

  it('notifies the owner when the socket has ended', () => {
    const socket = new Socket();
    const log: unknown[] = [];
    flushBeforeEnd(socket, {
      flush: () => log.push('flush'),
      onSocketEnd: () => log.push(socket.writableEnded),
    });
    socket.end();
    socket.end();
    expect(log).to.deep.equal(['flush', true]);
  });
});
