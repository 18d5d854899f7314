import type { Page } from './browsers/browser.js';
import type { Session, TestServer } from './server.js';

export interface SocketState {
  readonly connected: boolean;
  readonly connecting: boolean;
  readonly type: string | null;
  readonly sessionId: string | null;
}

export interface LogLine {
  readonly event: string;
  readonly args: readonly unknown[];
  readonly at: number;
}

/** The time limit of a step that the scenario does not measure, in milliseconds. */
const STEP_MS = 6000;

/** A socket in a page, controlled by a scenario. */
export class Peer {
  readonly page: Page;
  readonly name: string;
  readonly #server: TestServer;

  constructor(page: Page, name: string, server: TestServer) {
    this.page = page;
    this.name = name;
    this.#server = server;
  }

  /** Resolves with the argument lists of the first `count` events of that name. */
  wait(event: string, count: number = 1, timeoutMs: number = STEP_MS): Promise<unknown[][]> {
    return this.page.call('wait', this.name, event, count, timeoutMs);
  }

  /** Resolves with the first `count` messages. */
  async messages(count: number, timeoutMs?: number): Promise<unknown[]> {
    const lists = await this.wait('message', count, timeoutMs);
    return lists.map((args) => args[0]);
  }

  send(value: unknown): Promise<void> {
    return this.page.call('call', this.name, 'send', value);
  }

  connect(): Promise<void> {
    return this.page.call('call', this.name, 'connect');
  }

  disconnect(): Promise<void> {
    return this.page.call('call', this.name, 'disconnect');
  }

  state(): Promise<SocketState> {
    return this.page.call('state', this.name);
  }

  log(): Promise<LogLine[]> {
    return this.page.call('log', this.name);
  }

  /** Clears the log of events. */
  clear(): Promise<void> {
    return this.page.call('clear', this.name);
  }

  /** The session on the server, found by the session id. */
  async session(): Promise<Session> {
    const { sessionId } = await this.state();
    return this.#server.session(String(sessionId));
  }
}
