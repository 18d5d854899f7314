/**
 * What every request of one client has in common: headers, cookies, agent, TLS, limits.
 *
 * @module
 */
import type { RequestOptions } from 'node:https';
import type { Base } from '../core/transport.js';
import type { Address } from './parse-address.js';
import type { PayloadLimits } from './payload-batch.js';
import { Cookies } from './http/cookies.js';
import { type ConnectChanges, DEFAULTS, type SocketOptions } from './options.js';

/**
 * How long the transfer of the last messages and of the close request may stall after `disconnect`,
 * in milliseconds.
 */
export const CLOSE_TIMEOUT_MS = 10_000;

const NO_LIMITS: Readonly<PayloadLimits> = { messages: Infinity, bytes: Infinity };
/** A payload is sent again if the connection breaks, so it must get through before that. */
const DELIVERY_LIMITS: Readonly<PayloadLimits> = { messages: 1000, bytes: 65_536 };

export class RequestConfig {
  /** The agent and the TLS options, for `http.request`. */
  readonly requestOptions: Readonly<RequestOptions>;
  readonly protocols: readonly string[];
  readonly maxPayload: number;
  readonly raw: boolean;
  /** The path of a WebSocket URL; undefined if paths are made of resource and transport. */
  readonly path: string | undefined;
  readonly cookies: Cookies;
  /** The most that is sent in one payload; reduced when the server refuses a payload. */
  readonly sendLimits: PayloadLimits;
  /** Called with each payload that is received or sent, if it is set. */
  onPayload: ((direction: 'received' | 'sent', payload: string) => void) | undefined;
  /** Called with each packet of protocol 1 that is received or sent, if it is set. */
  onPacket: ((direction: 'received' | 'sent', packet: string) => void) | undefined;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #query: string;
  #changes: ConnectChanges = {};

  constructor(options: SocketOptions, address: Partial<Address>) {
    const headers: Record<string, string> = { ...options.headers };
    if (options.origin !== undefined) headers['Origin'] = options.origin;
    if (address.auth) {
      headers['Authorization'] = `Basic ${Buffer.from(address.auth).toString('base64')}`;
    }
    this.#headers = headers;
    this.cookies = new Cookies(options.cookies);
    this.requestOptions = {
      ...options.tls,
      ...(options.agent !== undefined && { agent: options.agent as RequestOptions['agent'] }),
    };
    this.protocols = ([] as string[]).concat(options.protocols ?? []);
    this.maxPayload = options.maxPayload ?? DEFAULTS.maxPayload;
    this.raw = options.raw ?? DEFAULTS.raw;
    this.#query = address.query ?? '';
    const { messages, bytes } = options.delivery ? DELIVERY_LIMITS : NO_LIMITS;
    this.sendLimits = {
      messages: Math.min(
        messages,
        (options.serverMaxMessages ?? DEFAULTS.serverMaxMessages) || Infinity,
      ),
      bytes: Math.min(bytes, (options.serverMaxPayload ?? DEFAULTS.serverMaxPayload) || Infinity),
    };
    this.path = address.path;
  }

  headers(): Record<string, string> {
    const cookie = this.cookies.header();
    return {
      ...(cookie !== undefined && { Cookie: cookie }),
      ...this.#headers,
      ...this.#changes.headers,
    };
  }

  /** The query of every URL: empty, or with its question mark. */
  get query(): string {
    const { query } = this.#changes;
    if (!query) return this.#query;
    const parameters = new URLSearchParams(this.#query);
    for (const [name, value] of Object.entries(query)) parameters.set(name, value);
    return `?${parameters.toString()}`;
  }

  /** Replaces the changes of the previous attempt to connect. */
  change(changes: ConnectChanges = {}): void {
    this.#changes = changes;
  }
}

/** What a transport of the Node client needs of its `Socket`. */
export interface NodeBase extends Base {
  readonly config: RequestConfig;
}
