/**
 * The async context of a session (`AsyncLocalStorage`: request ids in logs, spans of tracers).
 *
 * Sockets and timers that serve many sessions cause the events of a session. Without this module,
 * the events would run in the context of the request that has created the socket or timer. They run
 * in the context of the request that opened the session instead, if it has one.
 *
 * @module
 */
import { AsyncResource } from 'node:async_hooks';
import { isMap } from 'node:util/types';

/** Symbols that every AsyncResource has; all others carry the store of an AsyncLocalStorage. */
const PLAIN: ReadonlySet<string | undefined> = new Set([
  'async_id_symbol',
  'trigger_async_id_symbol',
  'destroyed',
]);

/**
 * Captures the current async context. Returns null if no AsyncLocalStorage has a store in it: then
 * events are emitted directly, at no cost.
 *
 * Node has no function that tests for an empty context. But it copies the stores to each new
 * AsyncResource, as properties by symbol: one per storage up to Node 22, one for all from Node 24 on.
 */
export function captureContext(): AsyncResource | null {
  const resource = new AsyncResource('socket.io:session');
  for (const symbol of Object.getOwnPropertySymbols(resource)) {
    if (PLAIN.has(symbol.description)) continue;
    if (hasStore(symbol, (resource as unknown as Record<symbol, unknown>)[symbol])) return resource;
  }
  return null;
}

/** From Node 24 on, one property maps each storage to its store, or to undefined once it is not used. */
function hasStore({ description }: symbol, value: unknown): boolean {
  if (description !== 'context_frame' || !isMap(value)) return value !== undefined;
  let isFound = false;
  // The map of Node has no iterator of its own.
  Map.prototype.forEach.call(value, (store: unknown) => (isFound ||= store !== undefined));
  return isFound;
}
