import { createDebug } from './debug.js';

const debug = createDebug('socket.io:socket');

/** An `error` listener for sockets and responses: their end is noticed in other ways. */
export function ignoreError(error: unknown): void {
  if (debug.enabled) debug('ignored %s', (error as Error | undefined)?.message);
}
