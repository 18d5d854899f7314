/**
 * Defaults of options that belong to one HTTP server. The servers of `socket.io-node/testing` have
 * them, so that a program under test does not need other options for `io.listen`.
 *
 * @module
 */
import type { ListenerOptions } from '../options.js';

/** Shared by all copies of this package in a process. */
const DEFAULTS = Symbol.for('socket.io-node.defaults');

type WithDefaults = object & { [DEFAULTS]?: ListenerOptions };

/** The default options of Listeners of `server`. */
export function serverDefaults(server: unknown): ListenerOptions | undefined {
  return typeof server === 'object' && server !== null
    ? (server as WithDefaults)[DEFAULTS]
    : undefined;
}

/** Sets the defaults for Listeners that are created on `server` from now on. */
export function setServerDefaults(server: object, options: ListenerOptions): void {
  (server as WithDefaults)[DEFAULTS] = options;
}
