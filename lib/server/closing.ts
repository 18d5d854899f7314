import type { EventEmitter } from 'node:events';

/** An object that can be awaited as well: it resolves when it has closed. */
export type Closing<T> = T & PromiseLike<void>;

/** What ends by itself: a response, or the socket of an upgrade. */
interface Ending extends EventEmitter {
  readonly destroyed: boolean;
  readonly closed?: boolean;
}

/** Resolves when a response or a socket has closed. Never rejects. */
export function whenClosed(target: Ending): Promise<void> {
  if (target.closed ?? target.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    target.once('close', () => resolve());
  });
}

/**
 * Makes `closed` awaitable through an object, whose methods can still be called in a chain.
 *
 * The object itself does not get a `then`: an async function could not return it any more.
 */
export function awaitable<T extends object>(object: T, closed: Promise<void>): Closing<T> {
  return new Proxy(object, {
    get(target, name) {
      const isOfPromise = name === 'then' || name === 'catch' || name === 'finally';
      const owner = isOfPromise ? closed : target;
      const value: unknown = Reflect.get(owner, name);
      return typeof value === 'function' && name !== 'constructor' ? value.bind(owner) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value),
  }) as Closing<T>;
}
