/**
 * The proxy numbers its connections, and sends the number as the first bytes of each. The port does
 * not identify a connection: ports are reused thousands of times in half an hour, and a connection
 * that was reset before it was accepted has no port.
 *
 * @module
 */
import type { Server, Socket } from 'node:net';

/**
 * Thousands of clients may connect while the process is busy. A client that is not in the backlog
 * tries again after seconds, and fails with ETIMEDOUT in the end, as it did with Node's default, 511.
 */
export const BACKLOG = 4096;
const BYTES = 4;
const numbers = new WeakMap<Socket, number>();

/** The first bytes of the connection with the number `link`. */
export function mark(link: number): Buffer {
  const bytes = Buffer.alloc(BYTES);
  bytes.writeUInt32BE(link);
  return bytes;
}

/** The number of a connection of a server that expects marks. */
export function linkOf(socket: Socket): number {
  return numbers.get(socket) ?? 0;
}

function ignore(): void {
  // its end follows
}

/**
 * Reads the number at the start of each connection of `server`, before its listeners are called.
 */
export function expectMarks(server: Server): void {
  const listeners = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    socket.on('error', ignore);
    socket.once('readable', () => {
      const bytes = socket.read(BYTES) as Buffer | null;
      if (!bytes) {
        socket.destroy();
        return;
      }
      numbers.set(socket, bytes.readUInt32BE());
      for (const listener of listeners) Reflect.apply(listener, server, [socket]);
      socket.off('error', ignore);
    });
  });
}
