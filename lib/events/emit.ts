import type { EventEmitter } from 'node:events';

type Handler = ((...args: unknown[]) => void) & { listener?: (...args: unknown[]) => void };

/** Rethrows an exception of the application in a later turn, as an `uncaughtException`. */
export function rethrowAsync(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}

/** Emits an event, and never throws. */
export function emitSafely(emitter: EventEmitter, event: string, ...args: unknown[]): void {
  try {
    emitter.emit(event, ...args);
  } catch (error) {
    rethrowAsync(error);
  }
}

/**
 * Emits an event of 0.6 with an additional argument, the reason.
 *
 * 0.6 called handlers without a reason, and some handlers count their arguments. So a handler whose
 * parameter list is empty, or has only the parameters of 0.6, does not get the reason. All others
 * get it.
 */
export function emitWithReason(
  emitter: EventEmitter,
  event: string,
  args: readonly unknown[],
  reason: string,
): void {
  const handlers = emitter.rawListeners(event) as Handler[];
  const wantsReason = (handler: Handler): boolean =>
    takesMore(handler.listener ?? handler, args.length);
  if (!handlers.some(wantsReason)) {
    emitter.emit(event, ...args);
    return;
  }
  for (const handler of handlers) {
    if (wantsReason(handler)) handler.call(emitter, ...args, reason);
    else handler.call(emitter, ...args);
  }
}

/** The same as {@link emitWithReason}, but never throws. */
export function emitEnd(
  emitter: EventEmitter,
  event: string,
  args: readonly unknown[],
  reason: string,
): void {
  try {
    emitWithReason(emitter, event, args, reason);
  } catch (error) {
    rethrowAsync(error);
  }
}

/** True if a function can use more than `count` arguments, as far as its declaration shows. */
function takesMore(handler: (...args: unknown[]) => void, count: number): boolean {
  // `length` counts neither rest parameters nor those with a default, nor any that follow.
  return handler.length > count || hasHiddenParameters(Function.prototype.toString.call(handler));
}

const NATIVE = /\{\s*\[native code\]\s*\}$/;
const REST_OR_DEFAULT = /\.\.\.|=/;

/** True for rest parameters and defaults, and for bound functions, whose source is not known. */
function hasHiddenParameters(source: string): boolean {
  return NATIVE.test(source) || REST_OR_DEFAULT.test(parametersOf(source));
}

/** The parameter list in the source of a function; empty for an arrow function without parentheses. */
function parametersOf(source: string): string {
  const start = source.indexOf('(');
  const arrow = source.indexOf('=>');
  if (start < 0 || (arrow >= 0 && arrow < start)) return '';
  let depth = 0;
  for (let at = start; at < source.length; at++) {
    if (source[at] === '(') depth++;
    else if (source[at] === ')' && --depth === 0) return source.slice(start, at);
  }
  return '';
}
