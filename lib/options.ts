/**
 * The options of a Listener: types, units, defaults and checks.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { Authorize } from './access/authorize.js';
import type { Bus, BusOptions } from './cluster/bus.js';
import {
  DELAY,
  FUNCTION,
  isClock,
  isFunction,
  isRecord,
  isText,
  isTexts,
  LIMIT,
  number,
  record,
  valid,
  type Check,
} from './options/checks.js';
import {
  checkTransportOptions,
  checkTransports,
  PROTOCOL_1_DEFAULTS,
  PROTOCOL_1_TIMINGS,
  TIMINGS,
  type Protocol1Options,
  type TransportChoice,
  type TransportOptions,
} from './options/transport-options.js';
import { EVENT_OPTIONS, warnIfMisspelt } from './options/unknown-names.js';
import { invalidType } from './util/invalid-type.js';
import { sessionId } from './session/session-id.js';
import { logNothing, logToStdout, type Log } from './util/log.js';
import { TRANSPORTS_OF_0_6 } from './transports/names.js';
import { systemClock, type Clock } from './util/timers.js';

export type {
  Protocol1Options,
  TransportChoice,
  TransportOptions,
} from './options/transport-options.js';

/**
 * Options of `io.listen`. Options of 0.6 keep their meaning.
 *
 * Unknown names are kept. The process emits a warning for one that is similar to a known name.
 */
export interface ListenerOptions {
  /**
   * The pages that may connect, as text or a list: `HOST:PORT`, where either part may be `*` and
   * `HOST` may begin with `*.`; `HOST`; or `SCHEME://HOST[:PORT]`.
   *
   * @default '*:*'
   */
  readonly origins?: string | readonly string[];
  /** The path below which requests are handled; may contain slashes. @default 'socket.io' */
  readonly resource?: string;
  /** Serve the Flash policy file on port 843 as well. @default true */
  readonly flashPolicyServer?: boolean;
  /**
   * The transports to offer.
   *
   * @default all seven of this package; `listener.options` lists the six of 0.6
   */
  readonly transports?: readonly TransportChoice[];
  /** Timings by transport name. @default {} */
  readonly transportOptions?: Readonly<Record<string, TransportOptions>>;
  /**
   * The generations of Socket.IO that may connect: `'0.6'` (0.5 and 0.6) and `'0.9'` (0.7 to 0.9).
   *
   * @default ['0.6', '0.9']
   */
  readonly protocols?: readonly ('0.6' | '0.9')[];
  /** Timings of clients of 0.7 to 0.9 in milliseconds; see {@link Protocol1Options}. */
  readonly protocol1?: Protocol1Options;
  /**
   * A file to serve as `socket.io.js`, in place of the script of this package: the official client
   * of 0.9 for pages that were written for it. It is served at versioned names too, such as
   * `socket.io.v0.9.17.js`.
   *
   * @default the script of this package, for pages of 0.6
   * @example clientScript: require.resolve('socket.io-client/dist/socket.io.min.js')
   */
  readonly clientScript?: string;
  /** Receives each line of the log; `null` or `false` disables it. @default to standard output */
  readonly log?: Log | null | false;
  /** Largest request body or WebSocket message, in bytes. 0: no limit. @default 10485760 */
  readonly maxPayload?: number;
  /** Most messages in one payload. 0: no limit. @default 10000 */
  readonly maxMessages?: number;
  /**
   * Most bytes that may wait for one client; above it, its session ends. 0: no limit.
   *
   * @default 16777216
   */
  readonly maxBuffer?: number;
  /**
   * Most sends that may wait for a client without a connection; with more, its session ends. 0: no
   * limit. With a limit, the messages of one busy client could end the sessions of others that are
   * between two polls. `maxBuffer` limits the bytes.
   *
   * @default 0
   */
  readonly maxQueue?: number;
  /**
   * From how many waiting bytes on a client counts as slow: `client.writable` is false, and volatile
   * messages are dropped. 0: never.
   *
   * @default 65536
   */
  readonly highWaterMark?: number;
  /**
   * Most messages of one client per second, on average over five seconds; with more, its session ends
   * with the reason `rate limit`. 0: no limit; it cannot be turned on later.
   *
   * @default 0
   */
  readonly maxMessagesPerSecond?: number;
  /** The same for the bytes of its messages. @default 0 */
  readonly maxBytesPerSecond?: number;
  /** Most fragments of one WebSocket message. 0: no limit. @default 16384 */
  readonly maxFragments?: number;
  /** Most sessions at a time; further ones are answered 503. 0: no limit. @default 0 */
  readonly maxSessions?: number;
  /**
   * Most sessions at a time from one IPv4 address or IPv6 /64 network; further ones are answered
   * 429. Behind a proxy every client has the address of the proxy, unless `trustProxy` is set.
   * 0: no limit.
   *
   * @default 0
   */
  readonly maxSessionsPerAddress?: number;
  /**
   * The proxies in front of the server, as in Express: their number, or their addresses, as text
   * with commas or a list. An address is an IP address, a network such as `10.0.0.0/8`, or one of
   * `loopback`, `linklocal` and `uniquelocal`.
   *
   * The headers `X-Forwarded-For` and `X-Forwarded-Proto` of these proxies give
   * `client.remoteAddress`, the address that `maxSessionsPerAddress` counts, and the scheme in the
   * handshake of drafts 75 and 76. Any client can send these headers: the number MUST be exact.
   * 0: no proxies, the headers are ignored.
   *
   * @default 0
   * @example trustProxy: 'loopback, 10.0.0.0/8'
   */
  readonly trustProxy?: number | string | readonly string[];
  /**
   * Most pending handshakes at a time: those that wait for `authorize`, or for the third key of
   * draft 76, or, in 0.7 to 0.9, for the first connection of their session, at most 30 s. Further ones
   * are answered 503. 0: no limit.
   *
   * @default 10000
   */
  readonly maxHandshakes?: number;
  /**
   * How long a handshake may be pending, or a stream behind another response, in milliseconds.
   * 0: no limit.
   *
   * @default 10000
   */
  readonly handshakeTimeout?: number;
  /**
   * Called before a session begins; accepts, or rejects with a status and a message. It is not
   * called when a client resumes its session.
   *
   * @default all clients may connect
   * @example authorize: (request) => isKnown(request.headers.cookie)
   */
  readonly authorize?: Authorize;
  /**
   * Makes session ids: URL-safe text without `/ ? # ~ %`, unique and not predictable. If it throws,
   * or repeats an id, the client is rejected with 500, and the process emits a warning.
   *
   * @default 38 decimal digits from `crypto`
   */
  readonly generateId?: (request: IncomingMessage) => string;
  /**
   * Exactly-once delivery for the clients that request it: every message arrives once and in order,
   * in both directions, if the client returns within `window` milliseconds and neither process
   * restarts. `true` is `{ window: 120000 }`. Other clients are served as without it.
   *
   * @default false
   * @example delivery: { window: 60_000 }
   */
  readonly delivery?: boolean | { readonly window?: number };
  /** Connects the Listeners of several processes; see `socket.io-node/bus`. @default none */
  readonly bus?: Bus;
  /** Timings and limits of the bus. @default {} */
  readonly busOptions?: BusOptions;
  /** The time of sessions and of the bus. @default the clock of the system */
  readonly clock?: Clock;
  /**
   * A path that answers health checks, outside of `resource`: 200, and 503 from `listener.close` on.
   *
   * @default null, no path
   * @example healthPath: '/health'
   */
  readonly healthPath?: string | null;
  /** Options named `onEVENT`, for example `onClientConnect: fn`, add event listeners. */
  readonly [event: `on${Capitalize<string>}`]: unknown;
}

/** Options with every default filled in. */
export interface ResolvedOptions {
  origins: string | readonly string[];
  resource: string;
  flashPolicyServer: boolean;
  transports: readonly TransportChoice[];
  transportOptions: Readonly<Record<string, TransportOptions>>;
  protocols: readonly string[];
  protocol1: Readonly<Required<Protocol1Options>>;
  clientScript: string | null;
  log: Log;
  maxPayload: number;
  maxMessages: number;
  maxBuffer: number;
  maxQueue: number;
  highWaterMark: number;
  maxMessagesPerSecond: number;
  maxBytesPerSecond: number;
  maxFragments: number;
  maxSessions: number;
  maxSessionsPerAddress: number;
  trustProxy: number | string | readonly string[];
  maxHandshakes: number;
  handshakeTimeout: number;
  authorize?: Authorize;
  delivery: boolean | { readonly window?: number };
  bus?: Bus;
  busOptions?: BusOptions;
  generateId: (request: IncomingMessage) => string;
  healthPath: string | null;
  clock: Clock;
  [other: string]: unknown;
}

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;

const PROTOCOLS: ReadonlySet<unknown> = new Set(['0.6', '0.9']);

const DEFAULTS: Readonly<ResolvedOptions> = Object.freeze({
  origins: '*:*',
  resource: 'socket.io',
  flashPolicyServer: true,
  transports: TRANSPORTS_OF_0_6,
  transportOptions: Object.freeze({}),
  protocols: Object.freeze(['0.6', '0.9']),
  protocol1: PROTOCOL_1_DEFAULTS,
  clientScript: null,
  log: logToStdout,
  maxPayload: 10 * MEBIBYTE,
  maxMessages: 10_000,
  maxBuffer: 16 * MEBIBYTE,
  maxQueue: 0,
  highWaterMark: 64 * KIBIBYTE,
  maxMessagesPerSecond: 0,
  maxBytesPerSecond: 0,
  maxFragments: 16_384,
  maxSessions: 0,
  maxSessionsPerAddress: 0,
  trustProxy: 0,
  maxHandshakes: 10_000,
  handshakeTimeout: 10_000,
  delivery: false,
  generateId: sessionId,
  healthPath: null,
  clock: systemClock,
});

/** The names of the options. */
type OptionName = keyof {
  [Name in keyof ListenerOptions as `onX` extends Name ? never : Name]: unknown;
};

const checkTrustProxy: Check = (value, name) => {
  const isCount = typeof value === 'number' && Number.isInteger(value) && value >= 0;
  if (!isCount && !isTexts(value)) {
    throw invalidType(name, 'a number of proxies, or their addresses', value);
  }
};

const checkDelivery: Check = (value, name) => {
  if (typeof value === 'boolean') return;
  if (!isRecord(value)) throw invalidType(name, 'a boolean, or an object with `window`', value);
  if (value['window'] !== undefined) DELAY(value['window'], `${name}.window`);
};

const trimSlashes = (path: string): string => path.replace(/^\/+|\/+$/g, '');

const CHECKS: Readonly<Record<OptionName, Check>> = {
  origins: valid("a text like 'example.com:*', or an array of such", isTexts),
  resource: valid('a path', (value) => isText(value) && trimSlashes(value) !== ''),
  flashPolicyServer: valid('a boolean', (value) => typeof value === 'boolean'),
  transports: checkTransports,
  transportOptions: checkTransportOptions,
  protocols: valid(
    "an array of '0.6' and '0.9'",
    (list) => Array.isArray(list) && list.length > 0 && list.every((one) => PROTOCOLS.has(one)),
  ),
  protocol1: record(PROTOCOL_1_TIMINGS),
  clientScript: valid(
    'the name of a file that exists',
    (value) => value === null || (isText(value) && existsSync(value)),
  ),
  log: valid('a function, null or false', isFunction),
  maxPayload: LIMIT,
  maxMessages: LIMIT,
  maxBuffer: LIMIT,
  maxQueue: LIMIT,
  highWaterMark: LIMIT,
  maxMessagesPerSecond: LIMIT,
  maxBytesPerSecond: LIMIT,
  // ws counts in 32 bits.
  maxFragments: number(2 ** 31 - 1),
  maxSessions: LIMIT,
  maxSessionsPerAddress: LIMIT,
  trustProxy: checkTrustProxy,
  maxHandshakes: LIMIT,
  handshakeTimeout: DELAY,
  authorize: valid('a function', (value) => value === undefined || isFunction(value)),
  delivery: checkDelivery,
  generateId: FUNCTION,
  healthPath: valid(
    'a path that begins with a slash',
    (value) => value === null || (isText(value) && value.startsWith('/')),
  ),
  // The cluster, which is loaded for them only, checks these two.
  bus: () => undefined,
  busOptions: () => undefined,
  clock: valid('a clock with now(), setTimeout() and clearTimeout()', isClock),
};

function warnAboutNames(options: ResolvedOptions): void {
  const names = Object.keys(CHECKS);
  for (const name of Object.keys(options)) {
    warnIfMisspelt(name, /^on[A-Z]/.test(name) ? EVENT_OPTIONS : names);
  }
  for (const name of Object.keys(options.protocol1)) {
    warnIfMisspelt(name, Object.keys(PROTOCOL_1_TIMINGS), 'protocol1');
  }
  for (const name of Object.keys(options.delivery)) warnIfMisspelt(name, ['window'], 'delivery');
  const types = options.transports.map((choice) =>
    typeof choice === 'string' ? choice : choice.transportName,
  );
  const transports = [...TRANSPORTS_OF_0_6, 'server-events', ...types];
  for (const [transport, timings] of Object.entries(options.transportOptions)) {
    warnIfMisspelt(transport, transports, 'transportOptions');
    for (const name of Object.keys(timings ?? {})) {
      warnIfMisspelt(name, Object.keys(TIMINGS), `transportOptions['${transport}']`);
    }
  }
}

/**
 * Fills in the defaults and checks the values. The object of the caller is not modified.
 *
 * @throws {TypeError} If an option has the wrong type.
 * @throws {RangeError} If a number is out of range.
 */
export function resolveOptions(
  given: ListenerOptions = {},
  defaults?: ListenerOptions,
): ResolvedOptions {
  if (!isRecord(given)) throw invalidType('options', 'an object', given);
  const options = { ...DEFAULTS, ...defaults } as ResolvedOptions;
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) options[name] = value;
  }
  if (!options.log) options.log = logNothing;
  for (const [name, check] of Object.entries(CHECKS)) check(options[name], name);
  warnAboutNames(options);
  options.resource = trimSlashes(options.resource);
  const timings = Object.entries(options.protocol1).filter(([, value]) => value !== undefined);
  options.protocol1 = { ...PROTOCOL_1_DEFAULTS, ...Object.fromEntries(timings) };
  return options;
}
