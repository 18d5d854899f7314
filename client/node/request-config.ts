/**
 * What every request of one client has in common: headers, cookies, agent, TLS, limits.
 *
 * @module
 */
import type { Agent } from 'node:http';
import type { Base } from '../core/transport.js';
import type { Address } from './parse-address.js';
import { Cookies } from './http/cookies.js';
import { DEFAULTS, type SocketOptions, type TlsOptions } from './options.js';

/**
 * How long the server has to accept the last messages and the close request after `disconnect`, in
 * milliseconds.
 */
export const CLOSE_TIMEOUT_MS = 10_000;

export class RequestConfig {
  readonly agent: Agent | undefined;
  readonly tls: TlsOptions;
  readonly protocols: readonly string[];
  readonly maxPayload: number;
  readonly raw: boolean;
  /** Appended to every path: empty, or with its question mark. */
  readonly query: string;
  /** The path of a WebSocket URL; undefined if paths are made of resource and transport. */
  readonly path: string | undefined;
  readonly cookies: Cookies;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(options: SocketOptions, address: Partial<Address>) {
    const headers: Record<string, string> = { ...options.headers };
    if (options.origin !== undefined) headers['Origin'] = options.origin;
    if (address.auth) {
      headers['Authorization'] = `Basic ${Buffer.from(address.auth).toString('base64')}`;
    }
    this.#headers = headers;
    this.cookies = new Cookies(options.cookies);
    this.agent = options.agent;
    this.tls = options.tls ?? {};
    this.protocols = ([] as string[]).concat(options.protocols ?? []);
    this.maxPayload = options.maxPayload ?? DEFAULTS.maxPayload;
    this.raw = options.raw ?? DEFAULTS.raw;
    this.query = address.query ?? '';
    this.path = address.path;
  }

  headers(): Record<string, string> {
    const cookie = this.cookies.header();
    return cookie === undefined ? this.#headers : { Cookie: cookie, ...this.#headers };
  }
}

/** What a transport of the Node client needs of its `Socket`. */
export interface NodeBase extends Base {
  readonly config: RequestConfig;
}
