/** Both ends of one session: the socket in a page and the client on the server. */
import type { Client } from '../../lib/index.js';
import type { Page } from '../browser/browsers/browser.js';
import { eventually, same } from '../browser/eventually.js';
import type { App } from './app.js';

/** The result of `harness.state` in a page. */
export interface PeerState {
  readonly connects: number;
  readonly disconnects: number;
  readonly failures: number;
  readonly received: number;
  readonly connected: boolean;
  readonly transport: string | null;
  readonly sessionId: string | null;
}

/** The time limit of a connection; the first one of a page waits until Ruffle is loaded. */
const CONNECT_MS = 15_000;

export class Peer {
  readonly page: Page;
  readonly name: string;
  readonly #app: App;

  constructor(page: Page, name: string, app: App) {
    this.page = page;
    this.name = name;
    this.#app = app;
  }

  /** Opens a socket in the page; resolves when it is connected. */
  static async connect(page: Page, name: string, app: App, options: object = {}): Promise<Peer> {
    await page.call('open', name, options);
    const peer = new Peer(page, name, app);
    await peer.until('a connection', (state) => state.connected, CONNECT_MS);
    return peer;
  }

  async state(): Promise<PeerState> {
    return this.page.call('state', this.name);
  }

  async until(
    expected: string,
    condition: (state: PeerState) => boolean,
    timeoutMs?: number,
  ): Promise<void> {
    const holds = async (): Promise<boolean> => condition(await this.state());
    await eventually(`${expected} in the page`, holds, timeoutMs);
  }

  /** The client of this session on the server. */
  async client(): Promise<Client> {
    const { sessionId } = await this.state();
    const client = this.#app.clients.find((each) => each.sessionId === sessionId);
    if (client === undefined) throw new Error(`Expected session ${sessionId} on the server`);
    return client;
  }

  async send(...messages: unknown[]): Promise<void> {
    await this.page.call('send', this.name, messages);
  }

  /** Waits for messages in the page, and expects exactly `messages`. */
  async receives(messages: readonly unknown[]): Promise<void> {
    await this.until(`${messages.length} messages`, (state) => state.received >= messages.length);
    same(await this.page.call('messages', this.name), messages, 'messages in the page');
  }

  /** Waits for messages on the server, and expects exactly `messages`. */
  async delivers(messages: readonly unknown[]): Promise<void> {
    const received = this.#app.messages.get(await this.client()) ?? [];
    await eventually(
      `${messages.length} messages on the server`,
      () => received.length >= messages.length,
    );
    same(received, messages, 'messages on the server');
  }

  async disconnect(): Promise<void> {
    await this.page.call('disconnect', this.name);
  }
}
