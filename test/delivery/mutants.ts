/**
 * The server without one of its rules: a run must find what the rule prevents.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http';
import { DeliveringClient } from '../../lib/session/delivery/delivering-client.js';
import { DeliveryState } from '../../lib/session/delivery/delivery-state.js';
import type { Connection, PostAnswer } from '../../lib/session/connection.js';

type Restore = () => void;

/** Replaces a method of a class. */
function replace<T extends object, Name extends keyof T>(
  prototype: T,
  name: Name,
  change: (original: T[Name]) => T[Name],
): Restore {
  const own = Object.getOwnPropertyDescriptor(prototype, name);
  const original = prototype[name];
  prototype[name] = change(original);
  return () => {
    if (own) Object.defineProperty(prototype, name, own);
    else delete prototype[name];
  };
}

const state = DeliveryState.prototype;
const client = DeliveringClient.prototype;

/**
 * Seeds that have failed without a rule, by what the rule prevents. `npm run delivery-model --
 * --mutants` finds others, after a change of the simulation.
 */
export const SEEDS: Readonly<Record<string, number>> = {
  'takes frames of a connection that was replaced': 18,
  'opens connections for old attempts': 18,
  'takes a POST that is sent again': 2,
  'takes a poll for an acknowledgement': 2,
  'takes POSTs of other attempts': 270,
  'decides about a POST when its head arrives': 270,
  'takes a character of a POST that is cut off': 20,
  'does not ask for the key': 3,
  'does not keep a session that has shown its key without a connection': 563,
};

/** What a rule prevents, and how it is removed. */
export const MUTANTS: Readonly<Record<string, () => readonly Restore[]>> = {
  'takes frames of a connection that was replaced': () => [
    replace(
      client,
      '_onMessage',
      (original) =>
        function (this: DeliveringClient, payload) {
          return original.call(this, payload);
        },
    ),
    replace(
      client,
      '_attach',
      (original) =>
        function (this: DeliveringClient, connection: Connection) {
          const previous = this._current;
          // It stays open, and its frames are accepted.
          if (previous && !previous.isPoll) this._current = null;
          original.call(this, connection);
        },
    ),
  ],
  'opens connections for old attempts': () => [
    replace(
      state,
      'resumption',
      (original) =>
        function (this: DeliveryState, attempt, received, isPoll) {
          return original.call(this, Math.max(attempt, this.attempt + 1), received, isPoll);
        },
    ),
  ],
  'takes a POST that is sent again': () => [replace(state, 'repeated', () => () => 0)],
  'takes a poll for an acknowledgement': () => [
    replace(
      state,
      'head',
      (original) =>
        function (this: DeliveryState & { answered?: number }) {
          this.answered = this.sent;
          return original.call(this);
        },
    ),
    replace(
      state,
      'resumption',
      (original) =>
        function (this: DeliveryState & { answered?: number }, attempt, received, isPoll) {
          const resumption = original.call(this, attempt, received, isPoll);
          if (resumption !== 0) this.acknowledge(this.answered ?? 0);
          return resumption;
        },
    ),
  ],
  'takes POSTs of other attempts': () => [replace(state, 'isCurrent', () => () => true)],
  'decides about a POST when its head arrives': () => {
    const heads = new WeakMap<IncomingMessage, (attempt: number) => boolean>();
    let isCurrent: ((attempt: number) => boolean) | undefined;
    let latest = 0;
    return [
      replace(
        state,
        'isOwner',
        (original) =>
          function (this: DeliveryState, key) {
            latest = this.attempt;
            return original.call(this, key);
          },
      ),
      replace(
        client,
        '_accepts',
        (original) =>
          function (this: DeliveringClient, type, request) {
            const isAccepted = original.call(this, type, request);
            const atHead = latest;
            heads.set(request, (ofPost) => ofPost === atHead);
            return isAccepted;
          },
      ),
      replace(
        client,
        '_onPost',
        (original) =>
          function (this: DeliveringClient, payload, request): PostAnswer {
            isCurrent = heads.get(request);
            return original.call(this, payload, request);
          },
      ),
      replace(state, 'isCurrent', () => (attempt) => isCurrent?.(attempt) === true),
    ];
  },
  'takes a character of a POST that is cut off': () => {
    const own = Object.getOwnPropertyDescriptor(client, 'delivery') as PropertyDescriptor;
    // The body is decoded as that of a client without delivery.
    Object.defineProperty(client, 'delivery', { ...own, get: () => false });
    return [() => Object.defineProperty(client, 'delivery', own)];
  },
  'does not ask for the key': () => [replace(state, 'isOwner', () => () => true)],
  'does not keep a session that has shown its key without a connection': () => [
    replace(client, '_restartGrace', () => () => undefined),
  ],
};

/** Runs `run` with a server without a rule. */
export function without<T>(rule: string, run: () => T): T {
  const restore = MUTANTS[rule]?.() ?? [];
  try {
    return run();
  } finally {
    for (const undo of restore) undo();
  }
}
