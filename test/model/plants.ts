/**
 * Faults that are planted on purpose, to show that the model finds them.
 *
 * @module
 */
import { SessionLimiter } from '../../lib/access/session-limiter.js';
import { PendingSessions } from '../../lib/server/v1/pending-sessions.js';
import { Client } from '../../lib/session/client.js';
import { DeliveringClient } from '../../lib/session/delivery/delivering-client.js';
import { DeliveryState } from '../../lib/session/delivery/delivery-state.js';
import { PendingProbe } from '../../lib/session/delivery/pending-probe.js';
import { ClientV1 } from '../../lib/session/v1/client-v1.js';
import { PacketQueue } from '../../lib/session/v1/packet-queue.js';
import { Transport } from '../../lib/transports/transport.js';
import type { Generation } from './peers/index.js';
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

/** A fault, and the generation of sessions in which the model has to find it. */
export interface Plant {
  readonly generation: Generation;
  /** What the model reports. */
  readonly symptom: RegExp;
  /** Plants the fault; returns what takes it out again. */
  readonly insert: () => () => void;
}

/** Has a kind of client do what all do. */
const inherit = (type: { prototype: object }, name: string): (() => void) =>
  replace(type, name, () => Reflect.get(Client.prototype, name) as Method);

/** Clears the timer of a session that has lost its connection. */
const detachWithoutTimer = (): (() => void) =>
  replace(
    Client,
    '_detach',
    (detach) =>
      function (this: Client, ...args: unknown[]) {
        Reflect.apply(detach, this, args);
        const timer = timerOf(this);
        if (timer && !this._open) this.listener._timers.clear(timer);
      },
  );

/** Changes what is put back into the queue when a connection breaks. */
const requeue = (change: (payloads: readonly string[]) => readonly string[]): (() => void) =>
  replace(
    Client,
    '_requeue',
    (original) =>
      function (this: Client, payloads: readonly string[], connection: unknown) {
        Reflect.apply(original, this, [change(payloads), connection]);
      },
  );

/** Never ends the count of a handshake that has ended. */
const acquireForGood = (): (() => void) =>
  replace(
    SessionLimiter,
    'acquire',
    (acquire) =>
      function (this: SessionLimiter, request: unknown) {
        return Reflect.apply(acquire, this, [request]) && ((): void => undefined);
      },
  );

export const PLANTS: Readonly<Record<string, Plant>> = {
  'detached-without-timer': {
    generation: '0.6',
    symptom: /away without a timer/,
    insert: detachWithoutTimer,
  },
  'requeued-in-reverse': {
    generation: '0.6',
    symptom: /: wrote \d/,
    insert: () => requeue((payloads) => payloads.toReversed()),
  },
  'requeued-twice': {
    generation: '0.6',
    symptom: /: wrote \d/,
    insert: () => requeue((payloads) => [...payloads, ...payloads]),
  },
  'kick-between-polls-ignored': {
    generation: '0.6',
    symptom: /open after a kick/,
    insert: () => replace(Client, '_onConnectionKicked', () => () => undefined),
  },
  'posts-delivered-twice': {
    generation: '0.6',
    symptom: /: received \d/,
    insert: () => replace({ prototype: postNumbers }, 'isRepeated', () => () => false),
  },
  'unlimited-buffer': {
    generation: '0.6',
    symptom: /bytes wait on one connection/,
    insert: () => replace(Transport, 'isOverfull', () => () => false),
  },
  'handshake-not-released': {
    generation: '0.6',
    symptom: /left: \d+ pending handshakes/,
    insert: acquireForGood,
  },
  'between-polls-without-timer': {
    generation: '0.9',
    symptom: /away without a timer/,
    insert: detachWithoutTimer,
  },
  'pending-session-not-released': {
    generation: '0.9',
    symptom: /left: \d+ pending handshakes/,
    insert: () =>
      replace(
        PendingSessions,
        'add',
        (add) =>
          function (this: PendingSessions, ...args: unknown[]) {
            return Reflect.apply(add, this, [...args.slice(0, 2), () => undefined]);
          },
      ),
  },
  'session-survives-its-stream': {
    generation: '0.9',
    symptom: /away after the end of a stream/,
    insert: () => inherit(ClientV1, '_detach'),
  },
  'packets-queued-in-reverse': {
    generation: '0.9',
    symptom: /: wrote \d/,
    insert: () =>
      replace(
        PacketQueue,
        'packets',
        (packets) =>
          function (this: PacketQueue) {
            return (Reflect.apply(packets, this, []) as readonly string[]).toReversed();
          },
      ),
  },
  'endpoint-not-left': {
    generation: '0.9',
    symptom: /endpoint, /,
    insert: () => inherit(ClientV1, '_emitDisconnect'),
  },
  'acknowledged-one-more': {
    generation: 'delivery',
    symptom: /was sent the message|did not deliver|neither delivered nor lost/,
    insert: () =>
      replace(
        DeliveryState,
        'acknowledge',
        (acknowledge) =>
          function (this: DeliveryState, received: number) {
            Reflect.apply(acknowledge, this, [Math.min(received + 1, this.sent)]);
          },
      ),
  },
  'repeated-messages-taken': {
    generation: 'delivery',
    symptom: /: received \d/,
    insert: () => replace(DeliveryState, 'repeated', () => () => 0),
  },
  'lost-in-silence': {
    generation: 'delivery',
    symptom: /neither delivered nor lost/,
    insert: () => inherit(DeliveringClient, '_emitDisconnect'),
  },
  'window-without-timer': {
    generation: 'delivery',
    symptom: /away without a timer/,
    insert: () =>
      replace(
        DeliveringClient,
        '_restartGrace',
        (restart) =>
          function (this: DeliveringClient) {
            Reflect.apply(restart, this, []);
            const timer = timerOf(this);
            if (timer && !this._open) this.listener._timers.clear(timer);
          },
      ),
  },
  'probe-without-timer': {
    generation: 'delivery',
    symptom: /left: a connection/,
    insert: () => replace(PendingProbe, 'onTimeout', () => () => undefined),
  },
};
