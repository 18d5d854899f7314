/**
 * How a client reaches its server: what goes with every request.
 *
 * @module
 */
import type { Agent } from 'node:http';
import type { Base } from '../core/transport.js';
import type { Address } from './parse-address.js';
import { Cookies } from './cookies.js';
import { DEFAULTS, type SocketOptions, type TlsOptions } from './options.js';

export class Link {
  readonly agent: Agent | undefined;
  readonly tls: TlsOptions;
  readonly protocols: readonly string[];
  readonly maxPayload: number;
  readonly raw: boolean;
  /** Goes behind every path. */
  readonly query: string;
  /** The path of the one WebSocket there is; undefined for the usual ones. */
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

/** The link of the socket that a transport works for. */
export function linkOf(base: Base): Link {
  return (base as Base & { readonly link: Link }).link;
}
