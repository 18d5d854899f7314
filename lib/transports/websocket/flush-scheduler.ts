/**
 * Flushes all transports that have sent something in one turn of the event loop, at its end.
 *
 * The list is of the process, not of a Listener: it is empty between turns, and one `nextTick`
 * serves all.
 *
 * @module
 */

interface Flushable {
  flush(): void;
}

let pending: Flushable[] = [];

function flushAll(): void {
  const due = pending;
  pending = [];
  for (const transport of due) transport.flush();
}

/** Flushes `transport` once the current turn is over. Call it once per turn and transport. */
export function scheduleFlush(transport: Flushable): void {
  if (pending.push(transport) === 1) process.nextTick(flushAll);
}
