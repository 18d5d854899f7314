import type { Socket } from 'node:net';

/**
 * Hears of the end of HTTP connections. One pair of handlers serves a connection for all
 * the polls it carries, one after the other: that is cheaper than a handler for each poll.
 *
 * @module
 */

/** What wants to know that its connection is gone. */
export interface Watcher {
  readonly socket: Socket;
  /** The one before it on this connection: there is more than one if requests are pipelined. */
  watchedBefore: Watcher | null;
  /** @param byUs the application closed the connection: a kick, as programs of 0.6 did it. */
  hungUp(byUs: boolean): void;
}

const LATEST = Symbol('latest watcher of socket.io');

/** The watchers are a list of links: polls come and go too often for a Set. */
type WatchedSocket = Socket & { [LATEST]?: Watcher | null };

function tell(socket: WatchedSocket, byUs: boolean): void {
  const oldestFirst: Watcher[] = [];
  for (let next = socket[LATEST]; next; next = next.watchedBefore) oldestFirst.unshift(next);
  for (const watcher of oldestFirst) watcher.hungUp(byUs);
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

/**
 * Tells now what `close` is about to tell. Node emits it when it is through with all that has
 * arrived, which may be the same poll, sent again by the browser on another connection.
 */
export function tellIfDestroyed(socket: Socket): void {
  if (socket.destroyed) socketOnClose.call(socket);
}

export function watch(watcher: Watcher): void {
  const socket: WatchedSocket = watcher.socket;
  const before = socket[LATEST];
  if (before === undefined) {
    // Before the HTTP server's own, which ends the socket in its turn.
    socket.prependListener('end', socketOnEnd);
    socket.on('finish', socketOnFinish);
    socket.on('close', socketOnClose);
  }
  watcher.watchedBefore = before ?? null;
  socket[LATEST] = watcher;
}

export function unwatch(watcher: Watcher): void {
  const socket: WatchedSocket = watcher.socket;
  if (socket[LATEST] === watcher) {
    socket[LATEST] = watcher.watchedBefore;
    return;
  }
  for (let next = socket[LATEST]; next; next = next.watchedBefore) {
    if (next.watchedBefore === watcher) next.watchedBefore = watcher.watchedBefore;
  }
}
