import type { Socket } from 'node:net';

/**
 * Hears of the end of HTTP connections. One pair of handlers serves a connection for all
 * the polls it carries, one after the other: that is cheaper than a handler for each poll.
 *
 * @module
 */

/** What wants to know that its connection is gone. */
interface Watcher {
  readonly socket: Socket;
  /** @param byUs the application closed the connection: a kick, as programs of 0.6 did it. */
  hungUp(byUs: boolean): void;
}

const WATCHERS = Symbol('socket.io watchers');

type WatchedSocket = Socket & { [WATCHERS]?: Set<Watcher> };

function tell(socket: WatchedSocket, byUs: boolean): void {
  for (const watcher of socket[WATCHERS] ?? []) watcher.hungUp(byUs);
}

/** On `end` already: programs that listen for it find the client away. */
function socketOnEnd(this: WatchedSocket): void {
  tell(this, this.writableEnded);
}

/** The application has ended it; before the browser, which sees that, polls on another connection. */
function socketOnFinish(this: WatchedSocket): void {
  if (!this.readableEnded) tell(this, true);
}

function socketOnClose(this: WatchedSocket): void {
  tell(this, !this.readableEnded && !this.errored);
}

export function watch(watcher: Watcher): void {
  const socket: WatchedSocket = watcher.socket;
  let watchers = socket[WATCHERS];
  if (!watchers) {
    socket[WATCHERS] = watchers = new Set();
    // Before the HTTP server's own, which ends the socket in its turn.
    socket.prependListener('end', socketOnEnd);
    socket.on('finish', socketOnFinish);
    socket.on('close', socketOnClose);
  }
  watchers.add(watcher);
}

export function unwatch(watcher: Watcher): void {
  (watcher.socket as WatchedSocket)[WATCHERS]?.delete(watcher);
}
