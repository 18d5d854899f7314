import type { Socket } from 'node:net';

/**
 * How long a peer may leave the last bytes of a connection unread, in milliseconds. Node grants
 * it once more if something was written meanwhile.
 */
const LINGER_MS = 2000;

function destroy(this: Socket): void {
  this.destroy();
}

/**
 * Gives the peer of an ending connection time to read what has been sent to it: destroys the
 * socket when nothing has moved on it for {@link LINGER_MS}. A slow peer that reads gets all of it.
 */
export function linger(socket: Socket): void {
  if (socket.destroyed) return;
  socket.setTimeout(LINGER_MS);
  socket.on('timeout', destroy);
}
