/**
 * The async context of a session (`AsyncLocalStorage`: request ids in logs, spans of tracers).
 *
 * The events of a session are caused by sockets and timers that serve many sessions, and would run
 * in the context of whichever request set them up. They run in the context of the request that
 * opened the session instead, if it has one.
 *
 * @module
 */
import { AsyncResource } from 'node:async_hooks';

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
    if ((resource as unknown as Record<symbol, unknown>)[symbol] !== undefined) return resource;
  }
  return null;
}
