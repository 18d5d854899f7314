/**
 * Takes events of an emitter before its listeners see them, in one place however many ask.
 *
 * @module
 */
import type { EventEmitter } from 'node:events';

/** Returns true if it has dealt with the event: no listener sees it then. */
export type Take = (args: readonly unknown[]) => boolean;

interface Interception {
  readonly takes: Map<string | symbol, Take>;
  /** Emits as it would be without us. */
  readonly emit: (event: string | symbol, ...args: unknown[]) => boolean;
}

const interceptions = new WeakMap<EventEmitter, Interception>();

function interceptionOf(emitter: EventEmitter): Interception {
  const known = interceptions.get(emitter);
  if (known) return known;
  const original = emitter.emit.bind(emitter);
  const emit = (event: string | symbol, ...args: unknown[]): boolean => original(event, ...args);
  const interception = { takes: new Map<string | symbol, Take>(), emit };
  interceptions.set(emitter, interception);
  emitter.emit = (event: string | symbol, ...args: unknown[]) => {
    const take = interception.takes.get(event);
    return take?.(args) === true || original(event, ...args);
  };
  return interception;
}

/** Offers every `event` of `emitter` to `take` first; one taker an event. Returns what undoes it. */
export function intercept(emitter: EventEmitter, event: string, take: Take): () => void {
  const { takes } = interceptionOf(emitter);
  takes.set(event, take);
  return () => {
    if (takes.get(event) === take) takes.delete(event);
  };
}

/** Emits an event past whoever intercepts it. */
export function emitPast(emitter: EventEmitter, event: string, ...args: unknown[]): boolean {
  return interceptionOf(emitter).emit(event, ...args);
}
