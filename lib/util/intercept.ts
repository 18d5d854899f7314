/**
 * Intercepts events of an emitter before its listeners, with one patch of `emit` per emitter.
 *
 * @module
 */
import type { EventEmitter } from 'node:events';

/** Returns true if it has handled the event, which is then not emitted. */
export type Take = (args: readonly unknown[]) => boolean;

type Emit = (event: string | symbol, ...args: unknown[]) => boolean;

interface Interception {
  readonly takes: Map<string | symbol, Take>;
  /** The original `emit`. */
  readonly emit: Emit;
}

const interceptions = new WeakMap<EventEmitter, Interception>();

function interceptionOf(emitter: EventEmitter): Interception {
  const known = interceptions.get(emitter);
  if (known) return known;
  const own = Object.hasOwn(emitter, 'emit') ? (Reflect.get(emitter, 'emit') as Emit) : null;
  const emit: Emit = (event, ...args) => {
    // Looked up at each call: tracers wrap the method of the class, some of them later.
    const method = own ?? (Reflect.get(Object.getPrototypeOf(emitter), 'emit') as Emit);
    return Reflect.apply(method, emitter, [event, ...args]);
  };
  const interception = { takes: new Map<string | symbol, Take>(), emit };
  interceptions.set(emitter, interception);
  emitter.emit = (event: string | symbol, ...args: unknown[]) => {
    const take = interception.takes.get(event);
    return take?.(args) === true || emit(event, ...args);
  };
  return interception;
}

/** Offers every `event` of `emitter` to `take` first. One interceptor per event. Returns a function that undoes it. */
export function intercept(emitter: EventEmitter, event: string, take: Take): () => void {
  const { takes } = interceptionOf(emitter);
  takes.set(event, take);
  return () => {
    if (takes.get(event) === take) takes.delete(event);
  };
}

/** Emits an event without offering it to its interceptor. */
export function emitPast(emitter: EventEmitter, event: string, ...args: unknown[]): boolean {
  return interceptionOf(emitter).emit(event, ...args);
}
