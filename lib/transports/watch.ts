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
  hungUp(): void;
}

const WATCHERS = Symbol('socket.io watchers');

type WatchedSocket = Socket & { [WATCHERS]?: Set<Watcher> };

/** On `end` already: programs that listen for it find the client away. */
function socketOnEnd(this: WatchedSocket): void {
  for (const watcher of this[WATCHERS] ?? []) watcher.hungUp();
}

export function watch(watcher: Watcher): void {
  const socket: WatchedSocket = watcher.socket;
  let watchers = socket[WATCHERS];
  if (!watchers) {
    socket[WATCHERS] = watchers = new Set();
    socket.on('end', socketOnEnd);
    socket.on('close', socketOnEnd);
  }
  watchers.add(watcher);
}

export function unwatch(watcher: Watcher): void {
  (watcher.socket as WatchedSocket)[WATCHERS]?.delete(watcher);
}
