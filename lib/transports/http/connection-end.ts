import type { Socket } from 'node:net';

/**
 * Hears of the end of HTTP connections. One pair of handlers serves a connection for all
 * the polls it carries, one after the other: that is cheaper than a handler for each poll.
 *
 * @module
 */

/** What wants to know that its connection is gone. */
export interface ConnectionObserver {
  readonly socket: Socket;
  /** The one before it on this connection: there is more than one if requests are pipelined. */
  previousObserver: ConnectionObserver | null;
  /** @param isLocal the application closed the connection: a kick, as programs of 0.6 did it. */
  onConnectionEnd(isLocal: boolean): void;
}

const LATEST = Symbol('latest observer of socket.io');

/** The watchers are a list of links: polls come and go too often for a Set. */
type ObservedSocket = Socket & { [LATEST]?: ConnectionObserver | null };

function notify(socket: ObservedSocket, isLocal: boolean): void {
  const oldestFirst: ConnectionObserver[] = [];
  for (let next = socket[LATEST]; next; next = next.previousObserver) oldestFirst.unshift(next);
  for (const observer of oldestFirst) observer.onConnectionEnd(isLocal);
}

/** On `end` already: programs that listen for it find the client away. */
function socketOnEnd(this: ObservedSocket): void {
  notify(this, this.writableEnded);
}

/** The application has ended it; before the browser, which sees that, polls on another connection. */
function socketOnFinish(this: ObservedSocket): void {
  if (!this.readableEnded) notify(this, true);
}

function socketOnClose(this: ObservedSocket): void {
  notify(this, !this.readableEnded && !this.errored);
}

/**
 * Tells now what `close` is about to tell. Node emits it when it is through with all that has
 * arrived, which may be the same poll, sent again by the browser on another connection.
 */
export function notifyIfDestroyed(socket: Socket): void {
  if (socket.destroyed) socketOnClose.call(socket);
}

export function observeConnectionEnd(observer: ConnectionObserver): void {
  const socket: ObservedSocket = observer.socket;
  const before = socket[LATEST];
  if (before === undefined) {
    // Before the HTTP server's own, which ends the socket in its turn.
    socket.prependListener('end', socketOnEnd);
    socket.on('finish', socketOnFinish);
    socket.on('close', socketOnClose);
  }
  observer.previousObserver = before ?? null;
  socket[LATEST] = observer;
}

export function unobserveConnectionEnd(observer: ConnectionObserver): void {
  const socket: ObservedSocket = observer.socket;
  if (socket[LATEST] === observer) {
    socket[LATEST] = observer.previousObserver;
    return;
  }
  for (let next = socket[LATEST]; next; next = next.previousObserver) {
    if (next.previousObserver === observer) next.previousObserver = observer.previousObserver;
  }
}
