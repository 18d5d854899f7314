import type { Socket } from 'node:net';

/** What may hold something back until the turn is over. */
interface Holder {
  flush(): void;
}

const HOLDER = Symbol('holder of socket.io');

type HeldSocket = Socket & { [HOLDER]?: Holder };

// One function for all sockets: a closure for each weighs on every idle session.
function endAfterFlush(this: HeldSocket, ...last: unknown[]): Socket {
  // Node would make an error with its stack here and show it to nobody.
  if (this.writableEnded && last.length === 0) return this;
  this[HOLDER]?.flush();
  const { end } = Object.getPrototypeOf(this) as { end: (...args: unknown[]) => Socket };
  return Reflect.apply(end, this, last);
}

/**
 * Lets `holder` flush before the application ends `socket`: programs of 0.6 kick like that, right
 * after they have told the client why. The latest holder of a connection counts.
 */
export function flushBeforeEnd(socket: Socket, holder: Holder): void {
  const held: HeldSocket = socket;
  held[HOLDER] = holder;
  if (!Object.hasOwn(socket, 'end')) held.end = endAfterFlush;
}
