import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ignoreError } from './ignore-error.js';
import { LineProgress } from './line-progress.js';

/**
 * How long a peer may leave the last bytes of a connection unread, in milliseconds. Node grants
 * it once more if something was written meanwhile.
 */
const LINGER_MS = 2000;
/** How often a peer that sends meanwhile, which is activity to Node, is checked to read as well. */
const CHECK_MS = 10_000;

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
  if (socket.listeners('timeout').includes(destroy)) return;
  socket.on('timeout', destroy);
  if (socket.writableLength > 0) destroyUnlessRead(socket);
}

/** Destroys a socket that does not take what waits in it, though its peer sends. */
function destroyUnlessRead(socket: Socket): void {
  const progress = new LineProgress(socket, 0);
  const timer = setInterval(() => {
    if (socket.writableLength === 0) stop();
    else if (!progress.hasTaken()) socket.destroy();
  }, CHECK_MS);
  function stop(): void {
    clearInterval(timer);
    socket.off('close', stop);
  }
  timer.unref();
  socket.on('close', stop);
}

/**
 * True if the application has ended the connection of a request, for example to kick the client.
 * The request cannot be answered. The client has some time to read what was sent before.
 */
export function lingerIfEnded(
  request: IncomingMessage,
  target: ServerResponse | Socket,
  isUpgrade: boolean,
): boolean {
  const { socket } = request;
  if (!socket.writableEnded) return false;
  if (isUpgrade) target.on('error', ignoreError);
  linger(socket);
  socket.resume();
  return true;
}
