/**
 * The bus: the interface of a message engine that connects the Listeners of several processes.
 *
 * @module
 */
import { isReachable } from '../forward/address.js';
import { invalidType } from '../util/invalid-type.js';

/**
 * A message engine, over the user's own connected client. Ready ones are in `socket.io-node/bus`.
 *
 * The engine may lose, repeat and reorder messages: the cluster numbers what it sends, and repairs
 * gaps by itself. The engine may return a message to its sender, which drops it.
 *
 * @example
 * const bus = {
 *   publish: (bytes) => engine.publish('chat', bytes),
 *   subscribe: (receive) => engine.subscribe('chat', receive),
 * };
 * io.listen(server, { bus });
 */
export interface Bus {
  /** The longest message that the engine takes, in bytes; longer ones are sent in pieces. @default 16777216 */
  readonly maxMessage?: number;
  /**
   * Sends bytes to all subscribers. Whether this process receives them too does not matter.
   *
   * MUST NOT keep the bytes after it has returned, or its promise has settled, unless it copies
   * them. MAY return a promise, which settles when the engine has accepted them: until then, at
   * most `maxWaiting` bytes are on their way, and later messages share one publication. A rejection
   * or an exception means that the engine is down.
   */
  publish(message: Buffer): unknown;
  /**
   * Calls `receive` with the bytes of each message, from now on.
   *
   * MUST deliver messages unchanged. MUST continue by itself after the engine was down. MAY return
   * a promise of the subscription.
   */
  subscribe(receive: (message: Uint8Array) => void): unknown;
  /** Ends the subscription. MUST leave the user's client open. */
  close?(): unknown;
}

/** Timings and limits of a cluster. */
export interface BusOptions {
  /** From one heartbeat of this process to the next, in milliseconds. @default 2000 */
  readonly heartbeatInterval?: number;
  /**
   * How long another process may be silent before `peerDisconnect`, in milliseconds.
   *
   * @default 6000
   */
  readonly timeout?: number;
  /** How long a gap may take to be repaired before it counts as lost, in milliseconds. @default 10000 */
  readonly repairTimeout?: number;
  /**
   * Most bytes kept to be sent again, and most bytes held for each sender while earlier messages
   * are missing.
   *
   * @default 4194304
   */
  readonly maxRetained?: number;
  /** Bytes that may wait for the engine before the oldest are dropped. @default 16777216 */
  readonly maxBuffer?: number;
  /** Bytes that may be on their way to the engine at a time. @default 1048576 */
  readonly maxWaiting?: number;
  /**
   * A secret of all processes: messages without its signature are dropped. Set it if other programs
   * can publish to the engine.
   */
  readonly secret?: string;
  /**
   * Where the other processes reach this one, `HOST` or `HOST:PORT`: requests for a session of this
   * process that arrive at another one are forwarded to it, so that a load balancer need not be
   * sticky. Requires `secret`. MUST be an address of this machine in a private network; without
   * a port, any free one is used. Session ids end with 20 further digits, which name their
   * process.
   *
   * @default none: such requests are answered 404
   * @example address: '10.0.0.7:9000'
   */
  readonly address?: string;
}

export type ResolvedBusOptions = Required<BusOptions>;

const MEBIBYTE = 1024 * 1024;

export const BUS_DEFAULTS: ResolvedBusOptions = Object.freeze({
  heartbeatInterval: 2000,
  timeout: 6000,
  repairTimeout: 10_000,
  maxRetained: 4 * MEBIBYTE,
  maxBuffer: 16 * MEBIBYTE,
  maxWaiting: MEBIBYTE,
  secret: '',
  address: '',
});

export const DEFAULT_MAX_MESSAGE: number = 16 * MEBIBYTE;

/** The longest delay of a timer of Node. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;
const TEXTS: ReadonlySet<string> = new Set(['secret', 'address']);
const TIMINGS: ReadonlySet<string> = new Set(['heartbeatInterval', 'timeout', 'repairTimeout']);

/**
 * Fills in the defaults of the option `busOptions`, and checks it and the option `bus`.
 *
 * @throws {TypeError} If something is of the wrong type, or an option is unknown.
 * @throws {RangeError} If a number is out of range.
 */
export function resolveBusOptions(bus: unknown, given: unknown = {}): ResolvedBusOptions {
  const { publish, subscribe } = (bus ?? {}) as Partial<Bus>;
  if (typeof publish !== 'function' || typeof subscribe !== 'function') {
    throw invalidType('bus', 'an object with `publish` and `subscribe`', bus);
  }
  if (typeof given !== 'object' || given === null) {
    throw invalidType('busOptions', 'an object', given);
  }
  for (const [name, value] of Object.entries(given)) {
    const path = `busOptions.${name}`;
    if (!(name in BUS_DEFAULTS)) {
      const names = Object.keys(BUS_DEFAULTS).join(', ');
      throw new TypeError(`Expected \`busOptions\` to have only ${names}, got \`${name}\``);
    }
    if (TEXTS.has(name)) {
      if (typeof value !== 'string') throw invalidType(path, 'a string', value);
    } else {
      if (typeof value !== 'number') throw invalidType(path, 'a number', value);
      const max = TIMINGS.has(name) ? LONGEST_TIMEOUT_MS : Number.MAX_SAFE_INTEGER;
      if (!(value >= 1 && value <= max)) {
        throw new RangeError(`Expected \`${path}\` to be from 1 to ${max}, got ${value}`);
      }
    }
  }
  const options: ResolvedBusOptions = { ...BUS_DEFAULTS, ...given };
  checkAddress(options);
  return options;
}

function checkAddress({ address, secret }: ResolvedBusOptions): void {
  if (address === '') return;
  if (!isReachable(address)) {
    throw new TypeError(
      `Expected \`busOptions.address\` to be like '10.0.0.7:9000', got '${address}'`,
    );
  }
  if (secret === '') throw new TypeError('Expected `busOptions.secret` with `busOptions.address`');
}
