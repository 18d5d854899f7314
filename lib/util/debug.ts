import type { Debugger } from 'debug';

/** Tells the story of a connection: to whoever set `DEBUG`, and at no cost to the rest. */
export interface Debug {
  (format: string, ...values: unknown[]): void;
  /** Whether a line would be written: for lines that are dear to make. */
  readonly enabled: boolean;
}

/**
 * A namespace of `debug`, which is loaded with the first line: it is a fifth of what `require`
 * would cost otherwise.
 */
export function createDebug(namespace: string): Debug {
  let loaded: Debugger | undefined;
  const load = (): Debugger => (loaded ??= (require('debug') as typeof import('debug'))(namespace));
  const debug = (format: string, ...values: unknown[]): void => load()(format, ...values);
  return Object.defineProperty(debug, 'enabled', { get: () => load().enabled }) as Debug;
}
