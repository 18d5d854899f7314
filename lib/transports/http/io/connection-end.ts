/**
 * Notifies polls and streams of the end of their connection.
 *
 * One set of handlers serves a connection for all the polls it carries, which costs less than a
 * handler for each poll. The observers of a connection form a doubly linked list, because
 * pipelined requests can put thousands of polls on one connection: adding and removing one
 * takes the same time however many there are.
 *
 * @module
 */
import type { Socket } from 'node:net';
import { linger } from '../../../util/linger.js';

/** An exchange whose connection may end before its response does. */
export interface ConnectionObserver {
  readonly socket: Socket;
  /** @internal The observer that was added before this one. */
  previousObserver: ConnectionObserver | null;
  /** @internal The observer that was added after this one. */
  nextObserver: ConnectionObserver | null;
  /**
   * The connection has ended.
   *
   * @param isLocal the application closed it: a kick, as applications of 0.6 did it
   */
  onConnectionEnd(isLocal: boolean): void;
}

const LATEST = Symbol('latest observer of socket.io');

type ObservedSocket = Socket & { [LATEST]?: ConnectionObserver | null };

function notify(socket: ObservedSocket, isLocal: boolean): void {
  const observers: ConnectionObserver[] = [];
  for (let next = socket[LATEST]; next; next = next.previousObserver) observers.push(next);
  for (const observer of observers.toReversed()) observer.onConnectionEnd(isLocal);
}

/**
 * Called on `end`, not only on `close`: handlers of the application for the end must not find an
 * open client.
 *
 * An open poll has no timeout, also if responses before it on the connection are unread: a peer that
 * has sent its last byte would keep them without a limit.
 */
function socketOnEnd(this: ObservedSocket): void {
  notify(this, this.writableEnded);
  if (this.writableLength > 0) linger(this);
}

/**
 * The application has ended the connection. After the end, a browser polls on another connection. A
 * peer that does not close its side would keep the socket open without a limit.
 */
function socketOnFinish(this: ObservedSocket): void {
  if (this.readableEnded) return;
  notify(this, true);
  linger(this);
}

function socketOnClose(this: ObservedSocket): void {
  notify(this, !this.readableEnded && !this.errored);
}

/**
 * Notifies now of a connection that is destroyed. Node emits `close` only when it has handled all
 * that has arrived, which may include the same poll, sent again by the browser on another connection.
 */
export function notifyIfDestroyed(socket: Socket): void {
  if (socket.destroyed) socketOnClose.call(socket);
}

/**
 * Notifies of a connection that the application has ended, in a later turn: `finish` would wait for
 * the peer to read.
 */
export function notifyEnded(socket: Socket): void {
  if (!socket.readableEnded) process.nextTick(() => socketOnFinish.call(socket));
}

export function observeConnectionEnd(observer: ConnectionObserver): void {
  const socket: ObservedSocket = observer.socket;
  const latest = socket[LATEST];
  if (latest === undefined) {
    // Before the HTTP server's own handler, which ends the socket.
    socket.prependListener('end', socketOnEnd);
    socket.on('finish', socketOnFinish);
    socket.on('close', socketOnClose);
  }
  observer.previousObserver = latest ?? null;
  if (latest) latest.nextObserver = observer;
  socket[LATEST] = observer;
}

/** Idempotent. */
export function unobserveConnectionEnd(observer: ConnectionObserver): void {
  const socket: ObservedSocket = observer.socket;
  const { previousObserver: previous, nextObserver: next } = observer;
  if (previous) previous.nextObserver = next;
  if (next) next.previousObserver = previous;
  else if (socket[LATEST] === observer) socket[LATEST] = previous;
  observer.previousObserver = null;
  observer.nextObserver = null;
}
