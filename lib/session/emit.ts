import type { EventEmitter } from 'node:events';

type Handler = ((...args: unknown[]) => void) & { listener?: (...args: unknown[]) => void };

/** Lets an application's exception surface as in plain Node, after the work that it interrupted. */
export function rethrowAsync(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}

/**
 * Emits an event of 0.6 that has a reason today.
 *
 * Handlers of 2011 were called without it, and some count their arguments or are callbacks
 * of something else; so only a handler that declares a parameter for the reason gets one.
 */
export function emitWithReason(
  emitter: EventEmitter,
  event: string,
  args: readonly unknown[],
  reason: string,
): void {
  const handlers = emitter.rawListeners(event) as Handler[];
  const asks = (handler: Handler): boolean => (handler.listener ?? handler).length > args.length;
  if (!handlers.some(asks)) {
    emitter.emit(event, ...args);
    return;
  }
  for (const handler of handlers) {
    if (asks(handler)) handler.call(emitter, ...args, reason);
    else handler.call(emitter, ...args);
  }
}
