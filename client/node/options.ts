/**
 * Options of the Node client: those of the browser client, and some for programs only.
 *
 * @module
 */
import type { Agent } from 'node:http';
import type { ConnectionOptions } from 'node:tls';
import { closestName } from '../../lib/util/closest-name.js';
import { invalidType } from '../../lib/util/invalid-type.js';
import type { SocketOptions as BrowserOptions } from '../core/delivery/socket.js';
import type { Address } from './parse-address.js';

/** TLS options of Node; certificates are verified unless `rejectUnauthorized` is false. */
export type TlsOptions = Pick<
  ConnectionOptions,
  | 'ca'
  | 'cert'
  | 'checkServerIdentity'
  | 'ciphers'
  | 'key'
  | 'maxVersion'
  | 'minVersion'
  | 'passphrase'
  | 'pfx'
  | 'rejectUnauthorized'
  | 'servername'
>;

/** An agent of another package: what Node itself requires of one. */
export interface AgentLike {
  addRequest(...args: never[]): unknown;
}

/** The argument of {@link SocketOptions.beforeConnect}. */
export interface ConnectAttempt {
  /** 0 for the first attempt, then counts the attempts to reconnect. */
  readonly attempt: number;
}

/** The result of {@link SocketOptions.beforeConnect}; replaces the result of the previous call. */
export interface ConnectChanges {
  /** Headers that are added to those of the options, or replace them. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Query parameters that are added to those of the URL, or replace them. */
  readonly query?: Readonly<Record<string, string>>;
}

/**
 * Options of `new Socket(url, options)`; all times are in milliseconds.
 *
 * `reconnect`, `reconnectionDelay` and `maxReconnectionAttempts` also apply to the first connection:
 * if no transport connects, the client retries with the same delays (500 ms, doubled up to one
 * minute, each reduced by up to one half at random) and emits `connect_failed` after the last of
 * 10 attempts. With `reconnect: false` it emits `connect_failed` at once.
 */
export interface SocketOptions extends BrowserOptions {
  /**
   * The generation of the server: '0.6', or '0.9' for Socket.IO 0.7 to 0.9. With '0.9' the
   * transports are `websocket`, `xhr-polling` and `hixie-76`, `socket.of` returns endpoints with
   * named events, each reconnect makes a new session, and `delivery` is not available.
   *
   * @default '0.6'
   */
  protocol?: '0.6' | '0.9';
  /**
   * With `protocol: '0.9'`: whether the client requests a session before it connects. With false,
   * it opens the WebSocket at the URL unchanged and is connected at once: some devices exchange
   * packets without sessions.
   *
   * @default true
   */
  handshake?: boolean;
  /** Headers of every request. @default {} */
  headers?: Readonly<Record<string, string>>;
  /** Initial cookies; cookies that the server sets are stored and sent back. @default {} */
  cookies?: Readonly<Record<string, string>>;
  /** The `Origin` of every request. @default none */
  origin?: string;
  /**
   * Creates the connections; an `https.Agent` for TLS. Accepts every value that `http.request`
   * accepts: false creates an agent for each request, null selects the default.
   *
   * @default Node's global agents
   */
  agent?: Agent | AgentLike | false | null;
  /** TLS options. @default those of Node: certificates are verified */
  tls?: TlsOptions;
  /** WebSocket subprotocols to offer. @default none */
  protocols?: string | readonly string[];
  /**
   * Whether `~j~` is ignored: the text of each message is delivered and sent unchanged. Heartbeats
   * are still answered.
   *
   * @default false
   */
  raw?: boolean;
  /**
   * Largest WebSocket message, event or response that is accepted, in bytes. 0: no limit. The
   * default is larger than the server's default `maxBuffer` of 16 MiB.
   *
   * @default 20971520
   */
  maxPayload?: number;
  /**
   * The server's `maxMessages`: queued messages are sent in payloads of at most this many. 0: no
   * limit.
   *
   * @default 10000, the default of the server
   */
  serverMaxMessages?: number;
  /**
   * The server's `maxPayload`: queued messages are sent in WebSocket messages or POST bodies of at
   * most this many bytes. A longer message is sent alone. If a server or proxy refuses a POST with
   * status 413, it is sent again in halves. 0: no limit.
   *
   * @default 10485760, the default of the server
   */
  serverMaxPayload?: number;
  /**
   * Longest time without a message while connected; heartbeats do not count. The client then emits
   * an `error` with the code `ERR_SIO_MESSAGE_TIMEOUT`, closes the connection and reconnects with a
   * new session. 0: no limit.
   *
   * @default 0
   */
  messageTimeout?: number;
  /**
   * Called before each attempt to connect or reconnect, for example to get a fresh token. An
   * attempt tries all transports; they wait for the returned promise, at most `connectTimeout`. If
   * the function throws or the promise rejects, the client emits the reason as an `error` and the
   * attempt fails.
   *
   * @example
   * new Socket(url, { beforeConnect: async () => ({ query: { token: await fetchToken() } }) });
   * @default none
   */
  beforeConnect?: (
    attempt: ConnectAttempt,
  ) => ConnectChanges | void | Promise<ConnectChanges | void>;
  /** Most messages queued for the consumer of an iterator. 0: no limit. @default 100000 */
  maxQueue?: number;
  /** Disconnects the client when it is aborted. @default none */
  signal?: AbortSignal;
}

const MEBI = 1024 * 1024;

/** The transports of the Node client, in the order in which they are tried. */
export const TRANSPORTS: readonly string[] = ['websocket', 'server-events', 'xhr-polling'];
/** All transports; `hixie-76`, a WebSocket as in 2010, is used only if it is named. */
export const ALL_TRANSPORTS: readonly string[] = [...TRANSPORTS, 'hixie-76'];

/** Those that have a form for 0.7 to 0.9. */
const V1_TRANSPORTS: readonly string[] = ['websocket', 'xhr-polling', 'hixie-76'];

/** Defaults of options that the browser client does not have, or has with another default. */
export const DEFAULTS: Readonly<
  Required<
    Pick<
      SocketOptions,
      | 'rememberTransport'
      | 'raw'
      | 'maxPayload'
      | 'serverMaxMessages'
      | 'serverMaxPayload'
      | 'messageTimeout'
      | 'maxQueue'
    >
  >
> = Object.freeze({
  rememberTransport: false,
  raw: false,
  maxPayload: 20 * MEBI,
  serverMaxMessages: 10_000,
  serverMaxPayload: 10 * MEBI,
  messageTimeout: 0,
  maxQueue: 100_000,
});

type Check = readonly [expectation: string, isValid: (value: unknown) => boolean];

const isString = (value: unknown): value is string => typeof value === 'string';
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** The test of Node itself: agents of other packages and other realms count. */
const isAgent = (value: unknown): boolean =>
  value === false ||
  value === null ||
  (typeof value === 'object' && typeof (value as Partial<AgentLike>).addRequest === 'function');
const isList = (value: unknown): boolean => Array.isArray(value) && value.every(isString);

const FLAG: Check = ['a boolean', (value) => typeof value === 'boolean'];
const STRING: Check = ['a string', isString];
const AMOUNT: Check = ['a number, 0 or more', (value) => typeof value === 'number' && value >= 0];
const OBJECT: Check = ['an object', isObject];
const STRINGS: Check = [
  'an object of strings',
  (value) => isObject(value) && Object.values(value).every(isString),
];
const NAMES: Check = [
  `an array with at least one of ${ALL_TRANSPORTS.join(', ')}`,
  (value) => Array.isArray(value) && value.some((name) => ALL_TRANSPORTS.includes(name as string)),
];

const CHECKS: Readonly<Record<keyof SocketOptions, Check>> = {
  protocol: [
    "'0.6', or '0.9' for servers of 0.7 to 0.9",
    (value) => value === '0.6' || value === '0.9',
  ],
  handshake: FLAG,
  secure: FLAG,
  document: OBJECT,
  port: [
    'a port',
    (value) => /^\d{1,5}$/.test(String(value)) && Number(value) > 0 && Number(value) < 65536,
  ],
  resource: STRING,
  transports: NAMES,
  transportOptions: OBJECT,
  connectTimeout: AMOUNT,
  tryTransportsOnConnectTimeout: FLAG,
  reconnect: FLAG,
  reconnectionDelay: AMOUNT,
  maxReconnectionAttempts: AMOUNT,
  rememberTransport: FLAG,
  delivery: FLAG,
  headers: STRINGS,
  cookies: STRINGS,
  origin: STRING,
  agent: ['an http.Agent, an object with addRequest(), false or null', isAgent],
  tls: OBJECT,
  protocols: ['a string or an array of strings', (value) => isString(value) || isList(value)],
  raw: FLAG,
  maxPayload: AMOUNT,
  serverMaxMessages: AMOUNT,
  serverMaxPayload: AMOUNT,
  messageTimeout: AMOUNT,
  beforeConnect: ['a function', (value) => typeof value === 'function'],
  maxQueue: AMOUNT,
  signal: ['an AbortSignal', (value) => value instanceof AbortSignal],
};

function unknownOption(name: string): TypeError {
  const meant = closestName(name, Object.keys(CHECKS));
  const hint = meant === undefined ? '' : `; did you mean \`${meant}\`?`;
  return new TypeError(`Unknown option \`${name}\`${hint}`);
}

/**
 * Checks the result of `beforeConnect`.
 *
 * @throws {TypeError} If it is invalid.
 */
export function checkChanges(changes: unknown): asserts changes is ConnectChanges | undefined {
  if (changes === undefined) return;
  const what = 'beforeConnect()';
  if (!isObject(changes)) throw invalidType(what, 'an object or undefined', changes);
  const [expectation, isValid] = STRINGS;
  for (const name of ['headers', 'query'] as const) {
    const value = (changes as Record<string, unknown>)[name];
    if (value === undefined || isValid(value)) continue;
    throw invalidType(`${what}.${name}`, expectation, value);
  }
}

/**
 * Checks the options of a caller; `undefined` selects the default.
 *
 * @throws {TypeError} If an option is unknown, or its value is invalid.
 */
export function checkOptions(options: SocketOptions): void {
  if (!isObject(options)) throw invalidType('options', 'an object', options);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(CHECKS, name)) throw unknownOption(name);
    const [expectation, isValid] = CHECKS[name as keyof SocketOptions];
    if (!isValid(value)) throw invalidType(name, expectation, value);
  }
  if (options.delivery && options.raw) {
    throw new TypeError('Expected only one of `delivery` and `raw`, got both');
  }
  const isV1 = options.protocol === '0.9';
  if (options.delivery && isV1) {
    throw new TypeError("Expected `delivery` only with `protocol: '0.6'`, got '0.9'");
  }
  if (isV1 && options.transports?.every((name) => !V1_TRANSPORTS.includes(name))) {
    throw new TypeError(
      `Expected \`transports\` to have one of ${V1_TRANSPORTS.join(', ')} with \`protocol: '0.9'\`, ` +
        `got '${options.transports.join(', ')}'`,
    );
  }
  if (options.handshake === false && !isV1) {
    throw new TypeError("Expected `handshake: false` only with `protocol: '0.9'`");
  }
}

/** The options that a URL contains. */
export function optionsOf(address: Address): SocketOptions {
  return {
    secure: address.secure,
    ...(address.port && { port: address.port }),
    ...(address.resource && { resource: address.resource }),
    ...(address.transport && { transports: [address.transport] }),
  };
}

/** Removes options that are undefined, so that their defaults apply. */
export function omitUndefined(options: SocketOptions): SocketOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
