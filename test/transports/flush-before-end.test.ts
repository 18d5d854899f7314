import { expect } from 'chai';
import { Socket } from 'node:net';
import {
  flushBeforeEnd,
  isMeantForAnother,
  watchForKick,
} from '../../lib/transports/flush-before-end.js';

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

/** A socket that was read by a session, and what it was notified of. */
function read(): { socket: Socket; kicks: Socket[] } {
  const socket = new Socket();
  socket.on('error', () => undefined);
  const kicks: Socket[] = [];
  watchForKick(socket, { _onConnectionKicked: (kicked) => kicks.push(kicked) });
  return { socket, kicks };
}

describe('watchForKick', () => {
  const KICKS: Readonly<Record<string, (socket: Socket) => unknown>> = {
    'end()': (socket) => socket.end(),
    'end(text)': (socket) => socket.end('bye'),
    'destroy()': (socket) => socket.destroy(),
    'destroy(error)': (socket) => socket.destroy(new Error('kicked')),
    'resetAndDestroy()': (socket) => socket.resetAndDestroy(),
  };
  for (const [name, kick] of Object.entries(KICKS)) {
    it(`detects ${name} in the turn in which the socket was read`, () => {
      const { socket, kicks } = read();
      kick(socket);
      expect(kicks).to.deep.equal([socket]);
    });
  }

  it('detects the call on a socket that Node has closed before', async () => {
    const { socket, kicks } = read();
    await Promise.resolve();
    socket.destroySoon();
    expect(kicks).to.deep.equal([]);
    const reader = { _onConnectionKicked: (kicked: Socket) => kicks.push(kicked) };
    watchForKick(socket, reader);
    socket.end();
    socket.destroy();
    expect(kicks).to.deep.equal([socket, socket]);
  });

  it('detects a later end(), but not the calls of Node itself', async () => {
    const calls: readonly (readonly [(socket: Socket) => unknown, number])[] = [
      [(socket) => socket.end(), 1],
      [(socket) => socket.destroy(), 0],
      [(socket) => socket.destroySoon(), 0],
      [(socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), 0],
    ];
    for (const [call, expected] of calls) {
      const { socket, kicks } = read();
      // oxlint-disable-next-line eslint/no-await-in-loop -- one turn after the other
      await Promise.resolve();
      call(socket);
      expect(kicks).to.have.length(expected);
    }
  });

  it('does not report that Node closes the connection after the last response', () => {
    const { socket, kicks } = read();
    socket.destroySoon();
    socket.destroy();
    expect(kicks).to.deep.equal([]);
  });

  it('notifies the latest reader of a socket', () => {
    const { socket, kicks } = read();
    const log: string[] = [];
    const reader = { _onConnectionKicked: () => log.push('second') };
    expect(isMeantForAnother(socket, reader)).to.equal(true);
    watchForKick(socket, reader);
    expect(isMeantForAnother(socket, reader)).to.equal(false);
    socket.destroy();
    expect([kicks, log]).to.deep.equal([[], ['second']]);
    expect(isMeantForAnother(new Socket(), reader)).to.equal(false);
  });

  it('still flushes before the end', () => {
    const { socket } = read();
    const log: string[] = [];
    flushBeforeEnd(socket, owner('ours', log));
    socket.end();
    expect(log).to.deep.equal(['ours']);
  });
});
