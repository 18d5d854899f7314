import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { ManualClock } from './clock.js';

/**
 * Has the timeouts of the connections of a server wait for a clock of the test. As those of Node,
 * they begin again if anything was read or written meanwhile.
 */
export function replaceSocketTimeouts(server: Server, clock: ManualClock): void {
  server.prependListener('connection', (socket: Socket) => {
    let handle: unknown = null;
    const transferred = (): number =>
      socket.bytesRead + socket.bytesWritten - socket.writableLength;
    const start = (ms: number): void => {
      clock.clearTimeout(handle);
      const before = transferred();
      if (ms === 0) return;
      handle = clock.setTimeout(() => {
        if (transferred() === before) socket.emit('timeout');
        else start(ms);
      }, ms);
    };
    socket.setTimeout = (ms, listener): Socket => {
      Reflect.set(socket, 'timeout', ms);
      if (listener) socket.once('timeout', listener);
      start(ms);
      return socket;
    };
    socket.once('close', () => start(0));
  });
}
