/**
 * Options of a Listener: what there is, in which unit, with which default.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http';
import type { Authorize } from './access/authorize.js';
import type { Bus, BusOptions } from './cluster/bus.js';
import { invalidType } from './util/invalid-type.js';
import { sessionId } from './session/session-id.js';
import { logNothing, logToStdout, type Log } from './util/log.js';
import { TRANSPORTS_OF_0_6 } from './transports/names.js';
import { systemClock, type Clock } from './util/timers.js';

/** Timings of one transport, in milliseconds. Writable on a live `client.options`. */
export interface TransportOptions {
  /** How long a client may take to echo a heartbeat; `null` or 0: no heartbeats. @default 8000, polling null */
  timeout?: number | null;
  /** From the opening of a connection, or the last echo, to the next heartbeat. @default 10000 */
  heartbeatInterval?: number;
  /** How long a session waits for its client to come back. @default 0, polling 8000 */
  closeTimeout?: number;
  /** How long a poll stays open with nothing to say; polling transports only. @default 20000 */
  duration?: number;
}

/** A transport as the `transports` option names it: built in, or a class of your own. */
export type TransportChoice = string | { readonly transportName: string };

/** Options of `io.listen`. Names that 0.6 had mean what they meant. */
export interface ListenerOptions {
  /**
   * The pages that may connect, as text or a list: `HOST:PORT`, where either part may be `*` and
   * `HOST` may begin with `*.`; `HOST`; or `SCHEME://HOST[:PORT]`.
   *
   * @default '*:*'
   */
  readonly origins?: string | readonly string[];
  /** The path below which everything is ours; may contain slashes. @default 'socket.io' */
  readonly resource?: string;
  /** Serve the Flash policy file on port 843 as well. @default true */
  readonly flashPolicyServer?: boolean;
  /**
   * The transports to offer.
   *
   * @default the six of 0.6, and `server-events` beside them
   */
  readonly transports?: readonly TransportChoice[];
  /** Timings by transport name. @default {} */
  readonly transportOptions?: Readonly<Record<string, TransportOptions>>;
  /** Takes each line of the log; `null` or `false`: silence. @default to standard output */
  readonly log?: Log | null | false;
  /** Largest request body or WebSocket message, in bytes. 0: no limit. @default 10485760 */
  readonly maxPayload?: number;
  /** Most messages in one payload. 0: no limit. @default 10000 */
  readonly maxMessages?: number;
  /** Most bytes that may wait for one client before it is dropped. 0: no limit. @default 16777216 */
  readonly maxBuffer?: number;
  /**
   * Most sends that may wait for a client without a connection; with more, its session ends. 0: no
   * limit: one busy client would reach any number while others are between two polls, and
   * `maxBuffer` limits their bytes.
   *
   * @default 0
   */
  readonly maxQueue?: number;
  /** Most fragments of one WebSocket message. 0: no limit. @default 16384 */
  readonly maxFragments?: number;
  /** Most sessions at a time; further ones are answered 503. 0: no limit. @default 0 */
  readonly maxSessions?: number;
  /**
   * Most sessions at a time from one IPv4 address or IPv6 /64 network; further ones are answered
   * 429. Behind a proxy every client has the proxy's address: leave it off there. 0: no limit.
   *
   * @default 0
   */
  readonly maxSessionsPerAddress?: number;
  /**
   * Most handshakes at a time that are not through: that wait for `authorize`, or for the third
   * key of draft 76. Further ones are answered 503. 0: no limit.
   *
   * @default 10000
   */
  readonly maxHandshakes?: number;
  /** How long such a handshake may take, in milliseconds. 0: no limit. @default 10000 */
  readonly handshakeTimeout?: number;
  /**
   * Asked before a session begins; lets in, or refuses with a status and a message. A client that
   * comes back with its session id is not asked again.
   *
   * @default everybody may
   * @example authorize: (request) => isKnown(request.headers.cookie)
   */
  readonly authorize?: Authorize;
  /**
   * Makes session ids: URL-safe text without `/ ? # ~ %`, never the same twice, and not to be guessed.
   *
   * @default 38 decimal digits from `crypto`
   */
  readonly generateId?: (request: IncomingMessage) => string;
  /** Connects the Listeners of several processes; see `socket.io-node/bus`. @default none */
  readonly bus?: Bus;
  /** Timings and limits of the bus. @default {} */
  readonly busOptions?: BusOptions;
  /** @internal Time, for tests. */
  readonly clock?: Clock;
  /** `onClientConnect: fn` and the like add listeners; what is not known is kept as it is. */
  readonly [other: string]: unknown;
}

/** Options with every default filled in. */
export interface ResolvedOptions {
  origins: string | readonly string[];
  resource: string;
  flashPolicyServer: boolean;
  transports: readonly TransportChoice[];
  transportOptions: Readonly<Record<string, TransportOptions>>;
  log: Log;
  maxPayload: number;
  maxMessages: number;
  maxBuffer: number;
  maxQueue: number;
  maxFragments: number;
  maxSessions: number;
  maxSessionsPerAddress: number;
  maxHandshakes: number;
  handshakeTimeout: number;
  authorize?: Authorize;
  bus?: Bus;
  busOptions?: BusOptions;
  generateId: (request: IncomingMessage) => string;
  clock: Clock;
  [other: string]: unknown;
}

const MEBIBYTE = 1024 * 1024;
/** Node's timers take 31 bits. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

const DEFAULTS: Readonly<ResolvedOptions> = Object.freeze({
  origins: '*:*',
  resource: 'socket.io',
  flashPolicyServer: true,
  transports: TRANSPORTS_OF_0_6,
  transportOptions: Object.freeze({}),
  log: logToStdout,
  maxPayload: 10 * MEBIBYTE,
  maxMessages: 10_000,
  maxBuffer: 16 * MEBIBYTE,
  maxQueue: 0,
  maxFragments: 16_384,
  maxSessions: 0,
  maxSessionsPerAddress: 0,
  maxHandshakes: 10_000,
  handshakeTimeout: 10_000,
  generateId: sessionId,
  clock: systemClock,
});

function checkNumber(name: string, value: unknown, max: number): void {
  if (typeof value !== 'number' || Number.isNaN(value)) throw invalidType(name, 'a number', value);
  if (value < 0 || value > max) {
    throw new RangeError(`Expected \`${name}\` to be from 0 to ${max}, got ${value}`);
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const TIMINGS = ['heartbeatInterval', 'closeTimeout', 'duration'] as const;

function checkTransportOptions(all: unknown): void {
  if (!isRecord(all)) throw invalidType('transportOptions', 'an object', all);
  for (const [name, options] of Object.entries(all)) {
    const path = `transportOptions['${name}']`;
    if (options === undefined || options === null) continue;
    if (!isRecord(options)) throw invalidType(path, 'an object', options);
    for (const timing of TIMINGS) {
      const value = options[timing];
      if (value !== undefined) checkNumber(`${path}.${timing}`, value, LONGEST_TIMEOUT_MS);
    }
    const timeout = options['timeout'];
    if (timeout !== undefined && timeout !== null && timeout !== false) {
      checkNumber(`${path}.timeout`, timeout, LONGEST_TIMEOUT_MS);
    }
  }
}

/** A class, or an object with the members of a TransportType. */
function isTransportType(choice: unknown): choice is { readonly transportName: unknown } {
  if (typeof choice === 'function') return 'transportName' in choice;
  return isRecord(choice) && 'transportName' in choice && typeof choice['create'] === 'function';
}

function checkTransports(list: unknown): void {
  if (!Array.isArray(list)) throw invalidType('transports', 'an array', list);
  list.forEach((choice: unknown, i) => {
    const named = isText(choice) || (isTransportType(choice) && isText(choice.transportName));
    if (!named) throw invalidType(`transports[${i}]`, 'a name or a TransportType', choice);
  });
}

const trimSlashes = (path: string): string => path.replace(/^\/+|\/+$/g, '');

const LIMITS = [
  'maxPayload',
  'maxMessages',
  'maxBuffer',
  'maxQueue',
  'maxSessions',
  'maxSessionsPerAddress',
  'maxHandshakes',
] as const;
/** ws counts in 32 bits. */
const MOST_FRAGMENTS = 2 ** 31 - 1;

function check(options: Record<string, unknown>): void {
  const { origins, resource, flashPolicyServer, log, generateId, authorize } = options;
  const texts = isText(origins) || (Array.isArray(origins) && origins.every(isText));
  if (!texts)
    throw invalidType('origins', "a text like 'example.com:*', or an array of such", origins);
  if (!isText(resource) || trimSlashes(resource) === '')
    throw invalidType('resource', 'a path', resource);
  if (typeof flashPolicyServer !== 'boolean')
    throw invalidType('flashPolicyServer', 'a boolean', flashPolicyServer);
  if (typeof log !== 'function') throw invalidType('log', 'a function, null or false', log);
  if (typeof generateId !== 'function') throw invalidType('generateId', 'a function', generateId);
  if (authorize !== undefined && typeof authorize !== 'function') {
    throw invalidType('authorize', 'a function', authorize);
  }
  for (const limit of LIMITS) checkNumber(limit, options[limit], Number.MAX_SAFE_INTEGER);
  checkNumber('maxFragments', options['maxFragments'], MOST_FRAGMENTS);
  checkNumber('handshakeTimeout', options['handshakeTimeout'], LONGEST_TIMEOUT_MS);
  checkTransports(options['transports']);
  checkTransportOptions(options['transportOptions']);
}

/**
 * Fills in the defaults and checks what was given. The caller's object is left alone.
 *
 * @throws {TypeError} If an option is of the wrong type.
 * @throws {RangeError} If a number is out of range.
 */
export function resolveOptions(given: ListenerOptions = {}): ResolvedOptions {
  if (!isRecord(given)) throw invalidType('options', 'an object', given);
  const options: ResolvedOptions = { ...DEFAULTS };
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) options[name] = value;
  }
  if (!options.log) options.log = logNothing;
  check(options);
  options.resource = trimSlashes(options.resource);
  return options;
}
