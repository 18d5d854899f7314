/** One socket of a swf, controlled from the page. */
import { eventually, same } from '../browser/eventually.js';
import type { Page } from '../browser/browsers/browser.js';
import type { WireConnection, WireServer } from './wire-server.js';

export interface FlashEvent {
  readonly type: string;
  readonly webSocketId: number;
  readonly readyState: number;
  readonly protocol?: string | null;
  readonly message?: string;
}

/** The calls and events of the swf that the page has recorded. */
export interface Seen {
  readonly initialized: number;
  readonly announced: number;
  readonly log: string[];
  readonly error: string[];
  readonly events: FlashEvent[];
}

export interface ContractContext {
  readonly page: Page;
  readonly wire: WireServer;
  /** The port of the wire server; port 80 is forwarded to it as well. */
  readonly port: number;
}

let lastId = 0;

export class FlashSocket {
  readonly id: number = ++lastId;
  readonly #context: ContractContext;

  constructor(context: ContractContext) {
    this.#context = context;
  }

  async create(
    options: {
      readonly url?: string;
      readonly protocols?: readonly string[];
      readonly proxy?: number;
      readonly headers?: string;
    } = {},
  ): Promise<void> {
    const { url = `ws://127.0.0.1:${this.#context.port}/path?query`, protocols = [] } = options;
    const proxyHost = options.proxy === undefined ? null : '127.0.0.1';
    const rest = [proxyHost, options.proxy ?? 0, options.headers ?? null];
    await this.call('create', url, protocols, ...rest);
  }

  /** Creates the socket and responds as the server until it is open. */
  async open(): Promise<WireConnection> {
    await this.create();
    const connection = await this.#context.wire.next();
    await connection.accept();
    await this.event('open');
    return connection;
  }

  async call(method: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.#context.page.call('call', method, [this.id, ...args]);
  }

  /** Resolves with the events of this socket so far. */
  async events(): Promise<FlashEvent[]> {
    const { events } = await this.#context.page.call<Seen>('seen');
    return events.filter(({ webSocketId }) => webSocketId === this.id);
  }

  async event(type: string, timeoutMs?: number): Promise<FlashEvent> {
    let found: FlashEvent | undefined;
    const happened = async (): Promise<boolean> => {
      found = (await this.events()).find((event) => event.type === type);
      return found !== undefined;
    };
    await eventually(`'${type}' (${type} on ${this.id})`, happened, timeoutMs);
    return found as FlashEvent;
  }

  /** Waits for `count` messages. */
  async messages(count: number): Promise<string[]> {
    const received = async (): Promise<string[]> =>
      (await this.events()).flatMap(({ message }) =>
        message === undefined || message === null ? [] : [decodeURIComponent(message)],
      );
    await eventually(`${count} messages`, async () => (await received()).length >= count);
    return received();
  }

  /** Expects a failure before the connection is open: a call of `__error`, and 'close'. */
  async fails(): Promise<void> {
    const event = await this.event('close');
    same(event.readyState, 3, 'readyState');
    same(await this.#types(), ['close'], 'events');
    const { error } = await this.#context.page.call<Seen>('seen');
    same(error.length, 1, 'errors');
    same(error[0]?.startsWith('[WebSocket] '), true, 'prefix of the error');
  }

  async #types(): Promise<string[]> {
    return (await this.events()).map(({ type }) => type);
  }
}

export type Check = (context: ContractContext) => Promise<void>;
