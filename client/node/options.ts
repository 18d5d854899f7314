/**
 * Options of the client in Node: those of the browser client, and what only a program can say.
 *
 * @module
 */
import { Agent } from 'node:http';
import type { ConnectionOptions } from 'node:tls';
import { invalidType } from '../../lib/util/invalid-type.js';
import type { SocketOptions as BrowserOptions } from '../core/options.js';

/** What may be said about TLS; certificates are verified unless `rejectUnauthorized` is false. */
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

/** What `new Socket(url, options)` takes; all times are in milliseconds. */
export interface SocketOptions extends BrowserOptions {
  /** Go with every request. @default {} */
  headers?: Readonly<Record<string, string>>;
  /** Cookies to begin with; those that the server sets are kept and sent back. @default {} */
  cookies?: Readonly<Record<string, string>>;
  /** The `Origin` of every request. @default none */
  origin?: string;
  /** Makes the connections; an `https.Agent` for TLS. @default Node's global agents */
  agent?: Agent;
  /** @default Node's own: certificates are verified */
  tls?: TlsOptions;
  /** WebSocket subprotocols to offer. @default none */
  protocols?: string | readonly string[];
  /**
   * Whether text is left alone: what arrives is delivered as it came, `~j~` and all, and text
   * is sent as it is. Heartbeats are still answered.
   *
   * @default false
   */
  raw?: boolean;
  /** Largest WebSocket message, event or answer, in bytes. 0: no limit. @default 10485760 */
  maxPayload?: number;
  /** Most messages that wait for the consumer of an iterator. 0: no limit. @default 100000 */
  maxQueue?: number;
  /** Ends the client when it is aborted. @default none */
  signal?: AbortSignal;
}

const MEBI = 1024 * 1024;

/** The transports of the client in Node, in the order they are tried. */
export const TRANSPORTS: readonly string[] = ['websocket', 'server-events', 'xhr-polling'];

/** Defaults of what the browser client does not know, or knows otherwise. */
export const DEFAULTS: Readonly<
  Required<Pick<SocketOptions, 'rememberTransport' | 'raw' | 'maxPayload' | 'maxQueue'>>
> = Object.freeze({
  rememberTransport: false,
  raw: false,
  maxPayload: 10 * MEBI,
  maxQueue: 100_000,
});

type Check = readonly [what: string, holds: (value: unknown) => boolean];

const isText = (value: unknown): value is string => typeof value === 'string';
const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isList = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

const FLAG: Check = ['a boolean', (value) => typeof value === 'boolean'];
const TEXT: Check = ['a text', isText];
const AMOUNT: Check = ['a number, 0 or more', (value) => typeof value === 'number' && value >= 0];
const RECORD: Check = ['an object', isRecord];
const TEXTS: Check = [
  'an object of texts',
  (value) => isRecord(value) && Object.values(value).every(isText),
];
const NAMES: Check = [
  `a list with at least one of ${TRANSPORTS.join(', ')}`,
  (value) => Array.isArray(value) && value.some((name) => TRANSPORTS.includes(name as string)),
];

const CHECKS: Readonly<Record<keyof SocketOptions, Check>> = {
  secure: FLAG,
  document: RECORD,
  port: [
    'a port',
    (value) => /^\d{1,5}$/.test(String(value)) && Number(value) > 0 && Number(value) < 65536,
  ],
  resource: TEXT,
  transports: NAMES,
  transportOptions: RECORD,
  connectTimeout: AMOUNT,
  tryTransportsOnConnectTimeout: FLAG,
  reconnect: FLAG,
  reconnectionDelay: AMOUNT,
  maxReconnectionAttempts: AMOUNT,
  rememberTransport: FLAG,
  headers: TEXTS,
  cookies: TEXTS,
  origin: TEXT,
  agent: ['an http.Agent or https.Agent', (value) => value instanceof Agent],
  tls: RECORD,
  protocols: ['a text or a list of texts', (value) => isText(value) || isList(value)],
  raw: FLAG,
  maxPayload: AMOUNT,
  maxQueue: AMOUNT,
  signal: ['an AbortSignal', (value) => value instanceof AbortSignal],
};

/**
 * Checks what was given; `undefined` stands for a default.
 *
 * @throws {TypeError} If an option is not known, or not what it should be.
 */
export function checkOptions(options: SocketOptions): void {
  if (!isRecord(options)) throw invalidType('options', 'an object', options);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(CHECKS, name)) throw new TypeError(`There is no option \`${name}\``);
    const [what, holds] = CHECKS[name as keyof SocketOptions];
    if (!holds(value)) throw invalidType(name, what, value);
  }
}
