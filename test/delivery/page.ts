/**
 * The real client over the network of the tests. Only the browser is replaced: requests, sockets
 * and timers, and the script elements of jsonp-polling.
 *
 * @module
 */
import { PROBED, Socket } from '../../client/core/delivery/socket.js';
import { withDelivery } from '../../client/core/delivery/index.js';
import { setPlatform } from '../../client/core/platform.js';
import type { ConcreteTransport } from '../../client/core/delivery/transport.js';
import type { Transport, TransportType } from '../../client/core/transport.js';
import { ServerEvents } from '../../client/core/transports/server-events.js';
import { WS } from '../../client/core/transports/websocket.js';
import { XHRPolling } from '../../client/core/transports/xhr-polling.js';
import type { Chance } from './chance.js';
import type { Kind } from './network.js';
import type { HandleLike as Handle, NetworkLike as Network } from './reference.js';
import type { Scheduler } from './scheduler.js';

/** The page whose code runs. A page that was closed runs nothing any more. */
export interface Page {
  socket: PageSocket;
  isDead: boolean;
}

const DONE = 4;
const OPEN = 1;

/** What the fake objects of the browser share. */
class Browser {
  page: Page | null = null;

  constructor(
    readonly scheduler: Scheduler,
    readonly network: Network,
  ) {}

  request(
    kind: Kind,
    url: string,
    body: string,
    onEnd: (status: number, body: string) => void,
    onPayload: (payload: string) => void = () => undefined,
  ): Handle {
    const { page } = this;
    const path = url.replace(/^\w+:\/\/[^/]*/, '');
    const caller = {
      onEnd: (status: number, answer: string) => {
        if (!page?.isDead) onEnd(status, answer);
      },
      onPayload: (payload: string) => {
        if (!page?.isDead) onPayload(payload);
      },
    };
    const probe = kind === 'socket' ? page?.socket._probe : null;
    return this.network.request(kind, path, body, caller, probe ?? page?.socket.transport);
  }
}

let browser: Browser;

class FakeXhr {
  readyState = 0;
  status = 0;
  responseText = '';
  withCredentials = false;
  onreadystatechange: (() => void) | null = null;
  #kind: Kind = 'poll';
  #url = '';
  #handle: Handle | null = null;

  open(method: string, url: string): void {
    this.#kind = method === 'POST' ? 'post' : 'poll';
    this.#url = url;
  }

  send(body: string | null): void {
    this.#handle = browser.request(this.#kind, this.#url, body ?? '', (status, text) => {
      this.readyState = DONE;
      this.status = status;
      this.responseText = text;
      this.onreadystatechange?.();
    });
  }

  abort(): void {
    this.#handle?.abort();
  }
}

class FakeWebSocket {
  readyState = 0;
  onopen: unknown;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: unknown;
  readonly #handle: Handle;

  constructor(url: string) {
    this.#handle = browser.request(
      'socket',
      url,
      '',
      () => {
        this.readyState = 3;
        this.onclose?.();
      },
      (data) => {
        if (this.readyState > OPEN) return;
        this.readyState = OPEN;
        this.onmessage?.({ data });
      },
    );
  }

  send(data: string): void {
    this.#handle.send(data);
  }

  close(): void {
    this.readyState = 2;
    this.#handle.abort();
  }
}

class FakeEventSource {
  onopen: unknown;
  onmessage: ((event: { data: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly #handle: Handle;

  constructor(url: string) {
    this.#handle = browser.request(
      'stream',
      url,
      '',
      () => this.onerror?.(),
      (data) => this.onmessage?.({ data }),
    );
  }

  close(): void {
    this.#handle.abort();
  }
}

/** jsonp-polling without script elements: what is posted has no readable answer. */
class FakeJsonp extends XHRPolling {
  #poll: Handle | null = null;

  override connect(): this {
    this.get();
    return super.connect();
  }

  override get(): void {
    if (this._isClosed || this.#poll) return;
    this.#poll = browser.request('poll', this._url('1/0'), '', (status, body) => {
      this.#poll = null;
      // A script that is cut off is a syntax error.
      if (status !== 200 || !body.endsWith(');')) {
        this._onLost();
        return;
      }
      this.onData(body.slice(0, -2));
      this.get();
    });
  }

  override sendIORequest(payload: string): void {
    this._watchPost();
    const form = `data=${encodeURIComponent(payload)}`;
    // The frame of the form has loaded, whatever the answer was.
    browser.request('post', this._url('1/0'), form, () => this._posted(200));
  }

  override _stop(kind: 0 | 1 | 2): void {
    this.#poll?.abort();
    super._stop(kind);
  }
}
FakeJsonp.prototype.type = 'jsonp-polling';

const TYPES: Readonly<Record<string, TransportType>> = {
  websocket: WS,
  'server-events': ServerEvents,
  'xhr-polling': XHRPolling,
  'jsonp-polling': FakeJsonp,
};
export const TRANSPORTS: readonly string[] = Object.keys(TYPES);

export interface PageOptions {
  /** Time between probes of a WebSocket; 0: never; null: as the client does. */
  readonly probeEvery: number | null;
  /** Called when the session continues on another connection, without an event. */
  readonly onMove: () => void;
  readonly transports: readonly string[];
  /** Chooses among the transports; null: the client does. */
  readonly chance: Chance | null;
}

/** A socket whose transports are chosen by chance, also to resume a session. */
export class PageSocket extends Socket {
  declare page: PageOptions | undefined;

  static create(options: PageOptions): PageSocket {
    const socket = new PageSocket('localhost', {
      transports: [...options.transports],
      delivery: true,
      rememberTransport: false,
      maxReconnectionAttempts: 1e9,
      port: 80,
    });
    socket.page = options;
    return socket;
  }

  /** The classes of the built script have methods that can be enumerated; these do not. */
  override _makePlain(transport: Transport, Type: { readonly prototype: unknown }): void {
    Object.setPrototypeOf(transport, Type.prototype as object);
  }

  override _probeLater(transport: Transport): void {
    const every = this.page?.probeEvery ?? this._probeDelay;
    this._probeDelay = every;
    if (every > 0) super._probeLater(transport);
  }

  override _switchTo(transport: ConcreteTransport): ConcreteTransport {
    this.page?.onMove();
    return super._switchTo(transport);
  }

  override getTransport(names?: readonly string[]): Transport | null {
    if (names === PROBED && !this.page?.transports.includes('websocket')) return null;
    const name = names === PROBED ? 'websocket' : this._choose(names);
    const Type = TYPES[name] as TransportType;
    const Delivering = withDelivery(Type as never);
    return new Delivering(this as never);
  }

  _choose(names?: readonly string[]): string {
    const { page } = this;
    if (page?.chance) return page.chance.oneOf(page.transports);
    return (page && (names ?? this._order())[0]) ?? 'websocket';
  }
}

/** Makes the fake browser the platform of the client. */
export function useBrowser(scheduler: Scheduler, network: Network): Browser {
  browser = new Browser(scheduler, network);
  const fake = {
    setTimeout(run: () => void, ms: number): unknown {
      const { page } = browser;
      return scheduler.setTimeout(() => {
        if (page?.isDead) return;
        run();
      }, ms);
    },
    clearTimeout: (timer: unknown) => scheduler.clearTimeout(timer),
    location: { protocol: 'http:', hostname: 'localhost', port: '80' },
    navigator: {
      sendBeacon(url: string, body: string): boolean {
        browser.request('post', url, body, () => undefined);
        return true;
      },
    },
    XMLHttpRequest: FakeXhr,
    WebSocket: FakeWebSocket,
    EventSource: FakeEventSource,
  };
  setPlatform(fake);
  return browser;
}

export type { Browser };
