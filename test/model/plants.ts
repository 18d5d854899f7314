/**
 * Faults that are planted on purpose, to show that the model finds them.
 *
 * @module
 */
import { SessionLimiter } from '../../lib/access/session-limiter.js';
import { Client } from '../../lib/session/client.js';
import { Transport } from '../../lib/transports/transport.js';
import { timerOf } from './invariants.js';

/** The exports of a module are replaced like the methods of a class. */
const postNumbers: object = require('../../lib/transports/http/io/post-number.js') as object;

type Method = (...args: never[]) => unknown;

/** Replaces a method of a class; returns what undoes it. */
function replace(
  type: { prototype: object },
  name: string,
  make: (original: Method) => Method,
): () => void {
  const prototype = type.prototype as Record<string, Method>;
  const original = prototype[name] as Method;
  prototype[name] = make(original);
  return () => {
    prototype[name] = original;
  };
}

/** Each plants its fault, and returns what takes it out again. */
export const PLANTS: Readonly<Record<string, () => () => void>> = {
  'detached-without-timer': () =>
    replace(
      Client,
      '_detach',
      (detach) =>
        function (this: Client, ...args: unknown[]) {
          Reflect.apply(detach, this, args);
          const timer = timerOf(this);
          if (timer && !this._open) this.listener._timers.clear(timer);
        },
    ),
  'requeued-in-reverse': () =>
    replace(
      Client,
      '_requeue',
      (requeue) =>
        function (this: Client, payloads: readonly string[], connection: unknown) {
          Reflect.apply(requeue, this, [payloads.toReversed(), connection]);
        },
    ),
  'requeued-twice': () =>
    replace(
      Client,
      '_requeue',
      (requeue) =>
        function (this: Client, payloads: readonly string[], connection: unknown) {
          Reflect.apply(requeue, this, [[...payloads, ...payloads], connection]);
        },
    ),
  'kick-between-polls-ignored': () => replace(Client, '_onConnectionKicked', () => () => undefined),
  'posts-delivered-twice': () =>
    replace({ prototype: postNumbers }, 'isRepeated', () => () => false),
  'unlimited-buffer': () => replace(Transport, 'isOverfull', () => () => false),
  'handshake-not-released': () =>
    replace(
      SessionLimiter,
      'acquire',
      (acquire) =>
        function (this: SessionLimiter, request: unknown) {
          return Reflect.apply(acquire, this, [request]) && ((): void => undefined);
        },
    ),
};
