/**
 * Options of the Node client: those of the browser client, and some for programs only.
 *
 * @module
 */
import { Agent } from 'node:http';
import type { ConnectionOptions } from 'node:tls';
import { invalidType } from '../../lib/util/invalid-type.js';
import type { SocketOptions as BrowserOptions } from '../core/options.js';

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

/** Options of `new Socket(url, options)`; all times are in milliseconds. */
export interface SocketOptions extends BrowserOptions {
  /** Headers of every request. @default {} */
  headers?: Readonly<Record<string, string>>;
  /** Initial cookies; cookies that the server sets are stored and sent back. @default {} */
  cookies?: Readonly<Record<string, string>>;
  /** The `Origin` of every request. @default none */
  origin?: string;
  /** Creates the connections; an `https.Agent` for TLS. @default Node's global agents */
  agent?: Agent;
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
  /** Largest WebSocket message, event or response, in bytes. 0: no limit. @default 10485760 */
  maxPayload?: number;
  /** Most messages queued for the consumer of an iterator. 0: no limit. @default 100000 */
  maxQueue?: number;
  /** Disconnects the client when it is aborted. @default none */
  signal?: AbortSignal;
}

const MEBI = 1024 * 1024;

/** The transports of the Node client, in the order in which they are tried. */
export const TRANSPORTS: readonly string[] = ['websocket', 'server-events', 'xhr-polling'];

/** Defaults of options that the browser client does not have, or has with another default. */
export const DEFAULTS: Readonly<
  Required<Pick<SocketOptions, 'rememberTransport' | 'raw' | 'maxPayload' | 'maxQueue'>>
> = Object.freeze({
  rememberTransport: false,
  raw: false,
  maxPayload: 10 * MEBI,
  maxQueue: 100_000,
});

type Check = readonly [expectation: string, isValid: (value: unknown) => boolean];

const isString = (value: unknown): value is string => typeof value === 'string';
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
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
  `an array with at least one of ${TRANSPORTS.join(', ')}`,
  (value) => Array.isArray(value) && value.some((name) => TRANSPORTS.includes(name as string)),
];

const CHECKS: Readonly<Record<keyof SocketOptions, Check>> = {
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
  headers: STRINGS,
  cookies: STRINGS,
  origin: STRING,
  agent: ['an http.Agent or https.Agent', (value) => value instanceof Agent],
  tls: OBJECT,
  protocols: ['a string or an array of strings', (value) => isString(value) || isList(value)],
  raw: FLAG,
  maxPayload: AMOUNT,
  maxQueue: AMOUNT,
  signal: ['an AbortSignal', (value) => value instanceof AbortSignal],
};

/**
 * Checks the options of a caller; `undefined` selects the default.
 *
 * @throws {TypeError} If an option is unknown, or its value is invalid.
 */
export function checkOptions(options: SocketOptions): void {
  if (!isObject(options)) throw invalidType('options', 'an object', options);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(CHECKS, name)) throw new TypeError(`Unknown option \`${name}\``);
    const [expectation, isValid] = CHECKS[name as keyof SocketOptions];
    if (!isValid(value)) throw invalidType(name, expectation, value);
  }
}
