import { expect } from 'chai';
import { Socket } from 'node:net';
import { flushBeforeEnd } from '../../lib/transports/flush-before-end.js';

function holder(name: string, log: string[]): { flush(): void } {
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
    flushBeforeEnd(socket, holder('first', log));
    const end: unknown = Reflect.get(socket, 'end');
    flushBeforeEnd(socket, holder('second', log));
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
    flushBeforeEnd(socket, holder('ours', []));
    socket.end();
    expect(socket.end()).to.equal(socket);
    expect(ends).to.equal(1);
  });

  it('keeps reporting that a socket has ended', (done) => {
    const socket = new Socket();
    flushBeforeEnd(socket, holder('ours', []));
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
    flushBeforeEnd(socket, holder('ours', []));
    expect(Reflect.get(socket, 'end')).to.equal(own);
  });
});
