import type { Debugger } from 'debug';

/** A lazy `debug` function: it costs nothing unless `DEBUG` is set. */
export interface Debug {
  (format: string, ...values: unknown[]): void;
  /** True if lines are written. Check it before formatting an expensive line. */
  readonly enabled: boolean;
}

/**
 * Creates a namespace of `debug`. The package is loaded with the first line: otherwise it would be
 * a fifth of the time that `require` of this package takes.
 */
export function createDebug(namespace: string): Debug {
  let loaded: Debugger | undefined;
  const load = (): Debugger => (loaded ??= (require('debug') as typeof import('debug'))(namespace));
  const debug = (format: string, ...values: unknown[]): void => load()(format, ...values);
  return Object.defineProperty(debug, 'enabled', { get: () => load().enabled }) as Debug;
}
