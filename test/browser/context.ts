import type { ListenerOptions } from '../../lib/index.js';
import { isNetworkNoise, type BrowserName, type Page } from './browsers/browser.js';
import type { Windows } from './browsers/windows.js';
import { pagePath, type PageOptions } from './pages.js';
import { Peer } from './peer.js';
import { FaultyProxy } from './proxy.js';
import { TestServer } from './server.js';

export type ClientName = 'ours' | 'delivery' | '2011';

/** Options of `io.Socket` that scenarios use. */
export interface SocketOptions {
  readonly host?: string;
  readonly port?: number;
  readonly transports?: readonly string[];
  readonly transportOptions?: Readonly<Record<string, unknown>>;
  readonly rememberTransport?: boolean;
  readonly reconnect?: boolean;
  readonly reconnectionDelay?: number;
  readonly maxReconnectionAttempts?: number;
  readonly connectTimeout?: number;
}

export interface Cell {
  readonly browser: BrowserName;
  readonly client: ClientName;
  /** `any` if the scenario is about the choice of a transport. */
  readonly transport: string;
}

/** The `closeTimeout` for pollers of 2011, which send no close request, in milliseconds. */
const SHORT_GRACE_MS = 1000;

/**
 * The environment of one run of a scenario: its server and the pages it opened. {@link Context.end}
 * ends everything that was started.
 */
export class Context {
  readonly cell: Cell;
  readonly #windows: Windows;
  readonly #pages: Page[] = [];
  readonly #servers: TestServer[] = [];
  readonly #proxies: FaultyProxy[] = [];
  #server: TestServer | undefined;

  constructor(windows: Windows, cell: Cell) {
    this.#windows = windows;
    this.cell = cell;
  }

  get server(): TestServer {
    if (this.#server === undefined) throw new Error('Expected the scenario to start a server');
    return this.#server;
  }

  /** Starts the scenario's server, or one more for another origin. */
  async serve(options: ListenerOptions = {}): Promise<TestServer> {
    const server = await TestServer.start(this.#withGrace(options));
    this.#servers.push(server);
    this.#server ??= server;
    return server;
  }

  async proxy(): Promise<FaultyProxy> {
    const proxy = await FaultyProxy.start(this.server.port);
    this.#proxies.push(proxy);
    return proxy;
  }

  /** Opens a window on the test page of `base`, the server's or a proxy's URL. */
  async page(base: string = this.server.url, options: PageOptions = {}): Promise<Page> {
    return this.window(base + pagePath({ client: this.cell.client, ...options }));
  }

  /** Opens a window on any address. */
  async window(url: string): Promise<Page> {
    const page = await this.#windows.take();
    this.#pages.push(page);
    await page.goto(url);
    return page;
  }

  /**
   * Creates a socket on the cell's transport and starts to connect it.
   *
   * @param queue the messages to send in the same turn, before it is connected
   */
  async socket(
    page: Page,
    options: SocketOptions = {},
    name: string = 'a',
    queue: readonly unknown[] = [],
  ): Promise<Peer> {
    const { transport } = this.cell;
    const delivery = this.cell.client === 'delivery' ? { delivery: true } : {};
    const own = { ...delivery, ...(transport !== 'any' && { transports: [transport] }) };
    await page.call('open', name, { rememberTransport: false, ...own, ...options }, queue);
    return new Peer(page, name, this.server);
  }

  /** A socket in a window of its own, connected. */
  async peer(options: SocketOptions = {}, base?: string): Promise<Peer> {
    const peer = await this.socket(await this.page(base), options);
    await peer.wait('connect');
    return peer;
  }

  /** The lines on the consoles, without those that a broken network explains. */
  async complaints(networkIsBroken: boolean): Promise<string[]> {
    const lines: string[] = [];
    for (const page of this.#pages) {
      try {
        lines.push(...(await page.problems()));
      } catch {
        // A window that the scenario has closed has no console.
      }
    }
    return networkIsBroken ? lines.filter((line) => !isNetworkNoise(line)) : lines;
  }

  async end(): Promise<void> {
    for (const page of this.#pages) await this.#windows.give(page);
    for (const proxy of this.#proxies) await proxy.close();
    for (const server of this.#servers) await server.stop();
  }

  /** A poller of 2011 sends no close request, so the server gets a short `closeTimeout`. */
  #withGrace(options: ListenerOptions): ListenerOptions {
    if (this.cell.client === 'delivery') return { delivery: true, ...options };
    if (this.cell.client === 'ours' || 'transportOptions' in options) return options;
    const polling = { closeTimeout: SHORT_GRACE_MS };
    return {
      ...options,
      transportOptions: { 'xhr-polling': polling, 'jsonp-polling': polling },
    };
  }
}
