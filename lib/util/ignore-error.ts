import { createDebug } from './debug.js';

const debug = createDebug('socket.io:socket');

/** An `error` listener for sockets and responses whose end is detected by other events. */
export function ignoreError(error: unknown): void {
  if (debug.enabled) debug('ignored %s', (error as Error | undefined)?.message);
}
