/**
 * Lets a transport finish its work before its socket is ended or destroyed.
 *
 * Applications of 0.6 throw a client out by `client.connection.end()` or `destroy()`, right after they
 * have sent it a reason. Our transports batch what one turn sends, so the batch must leave first.
 *
 * The methods are replaced on the socket itself, by two functions that all sockets share: a closure
 * per socket would add to the memory of each idle session.
 *
 * @module
 */
import type { Socket } from 'node:net';

/** What is flushed: a transport. */
export interface SocketOwner {
  /** Writes what was sent in this turn. */
  flush(): void;
  /** The socket is about to be ended or destroyed; what was flushed is still on its way. */
  onSocketEnd?(): void;
}

const OWNER = Symbol('owner of socket.io');

type OwnedSocket = Socket & { [OWNER]?: SocketOwner };
type Method = (...args: unknown[]) => Socket;

function endAfterFlush(this: OwnedSocket, ...last: unknown[]): Socket {
  // Node would create an error with a stack that is reported to nothing.
  if (this.writableEnded && last.length === 0) return this;
  const owner = this[OWNER];
  owner?.flush();
  const { end } = Object.getPrototypeOf(this) as { end: Method };
  const result = Reflect.apply(end, this, last);
  owner?.onSocketEnd?.();
  return result;
}

function destroyAfterFlush(this: OwnedSocket, ...error: unknown[]): Socket {
  // With an error the connection is broken: what is flushed now would be lost.
  if (!this.destroyed && !error[0]) {
    this[OWNER]?.flush();
    while (this.writableCorked > 0) this.uncork();
  }
  const { destroy } = Object.getPrototypeOf(this) as { destroy: Method };
  return Reflect.apply(destroy, this, error);
}

/**
 * Lets `owner` flush before `socket` is ended or destroyed. The latest owner of a socket counts.
 * Methods that the application has replaced are left alone.
 */
export function flushBeforeEnd(socket: Socket, owner: SocketOwner): void {
  const owned: OwnedSocket = socket;
  owned[OWNER] = owner;
  if (!Object.hasOwn(socket, 'end')) owned.end = endAfterFlush;
  if (!Object.hasOwn(socket, 'destroy')) {
    (owned as { destroy: unknown }).destroy = destroyAfterFlush;
  }
}
