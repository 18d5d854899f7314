/**
 * The proxy numbers its connections, and says the number first on each. By its port the server
 * could not tell them: ports come again, thousands of times in half an hour, and a connection that
 * was reset before it was accepted has none.
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

/** What comes first on connection number `link`. */
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

/** Lets `server` see its connections as they are behind the mark. */
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
