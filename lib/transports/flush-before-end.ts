/**
 * Detects that a socket is about to be ended or destroyed.
 *
 * Applications of 0.6 kick a client by `client.connection.end()` or `destroy()`, right after they
 * have sent it a reason. Two things depend on it:
 *
 * - Our transports batch what one turn sends, so the batch must be written first.
 * - Between two polls, the socket of the last poll is idle, and Node closes idle sockets as well. Only
 *   a call of the application ends the session. It is recognised because the application has read
 *   `client.connection` before: for `end` at any time, for `destroy` in the same turn. Node itself
 *   calls `destroy` when the socket has been idle for `keepAliveTimeout`.
 *
 * The methods are replaced on the socket itself, by functions that all sockets share: a closure
 * per socket would add to the memory of each idle session.
 *
 * @module
 */
import type { Socket } from 'node:net';
import type { ConnectionReader } from '../session/connection.js';

/** What is flushed: a transport. */
export interface SocketOwner {
  /** Writes what was sent in this turn. */
  flush(): void;
  /** The socket is about to be ended or destroyed; what was flushed is still on its way. */
  onSocketEnd?(socket: Socket): void;
}

const OWNER = Symbol('owner of socket.io');
const READER = Symbol('reader of socket.io');

type OwnedSocket = Socket & { [OWNER]?: SocketOwner; [READER]?: ConnectionReader | undefined };
type Method = (...args: unknown[]) => Socket;

/** The socket that the application has read last in this turn. */
let readInTurn: Socket | null = null;

function forgetRead(): void {
  readInTurn = null;
}

function endAfterFlush(this: OwnedSocket, ...last: unknown[]): Socket {
  const isRead = readInTurn === this;
  // Node would create an error with a stack that is reported to nothing.
  if (this.writableEnded && last.length === 0) {
    if (isRead) this[READER]?._onConnectionKicked(this);
    return this;
  }
  const owner = this[OWNER];
  owner?.flush();
  const { end } = Object.getPrototypeOf(this) as { end: Method };
  const result = Reflect.apply(end, this, last);
  owner?.onSocketEnd?.(this);
  // Node ends the socket after the client has. Programs answer a `clientError` by `end(text)`.
  if (isRead || (last.length === 0 && !this.readableEnded)) this[READER]?._onConnectionKicked(this);
  return result;
}

function destroyAfterFlush(this: OwnedSocket, ...error: unknown[]): Socket {
  // With an error the connection is broken: what is flushed now would be lost.
  if (!this.destroyed && !error[0]) {
    this[OWNER]?.flush();
    while (this.writableCorked > 0) this.uncork();
  }
  const { destroy } = Object.getPrototypeOf(this) as { destroy: Method };
  const result = Reflect.apply(destroy, this, error);
  if (readInTurn === this) this[READER]?._onConnectionKicked(this);
  return result;
}

/** Node calls this after the last response of a connection: the application has not ended it. */
function destroySoonUnread(this: OwnedSocket): void {
  this[READER] = undefined;
  const { destroySoon } = Object.getPrototypeOf(this) as { destroySoon: () => void };
  Reflect.apply(destroySoon, this, []);
}

function replaceMethods(socket: OwnedSocket): void {
  if (!Object.hasOwn(socket, 'end')) socket.end = endAfterFlush;
  if (!Object.hasOwn(socket, 'destroy')) {
    (socket as { destroy: unknown }).destroy = destroyAfterFlush;
  }
}

/**
 * Lets `owner` flush before `socket` is ended or destroyed. The latest owner of a socket counts.
 * Methods that the application has replaced are left alone.
 */
export function flushBeforeEnd(socket: Socket, owner: SocketOwner): void {
  const owned: OwnedSocket = socket;
  owned[OWNER] = owner;
  replaceMethods(owned);
}

/**
 * The application reads the socket of a session, probably to end it. The latest reader of a socket
 * counts: proxies use one connection for several clients.
 */
export function watchForKick(socket: Socket, reader: ConnectionReader): void {
  if (readInTurn === null) queueMicrotask(forgetRead);
  readInTurn = socket;
  const owned: OwnedSocket = socket;
  if (owned[READER] === reader) return;
  owned[READER] = reader;
  replaceMethods(owned);
  if (!Object.hasOwn(socket, 'destroySoon')) owned.destroySoon = destroySoonUnread;
}

/** True if the application has ended the socket because of another session. */
export function isMeantForAnother(socket: Socket, session: ConnectionReader | null): boolean {
  const reader = (socket as OwnedSocket)[READER];
  return reader !== undefined && reader !== session;
}
