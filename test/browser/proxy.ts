import {
  createConnection,
  createServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';

/** The action that a rule returns for data on a connection. */
export const Verdict = {
  Pass: 'pass',
  /** The connection is accepted and never answered. */
  Hang: 'hang',
  /** The connection is reset. */
  Reset: 'reset',
  /** The request is answered with 502, as by a proxy that cannot forward it. */
  BadGateway: 'bad-gateway',
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** Decides about data of the browser: the beginning of a request, or a later part of it. */
export type Rule = (head: string) => Verdict;

interface Pair {
  readonly browser: Socket;
  server: Socket | undefined;
}

const BAD_GATEWAY = 'HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

/**
 * A TCP proxy on an ephemeral port that breaks connections as networks do.
 *
 * Pages are loaded through it, so that page and server have the same origin and all connections
 * between them can be cut.
 */
export class FaultyProxy {
  readonly #target: number;
  readonly #server: Server;
  readonly #pairs: Set<Pair> = new Set();
  #port = 0;
  #stalled = false;
  #delayMs = 0;
  #rule: Rule = () => Verdict.Pass;

  constructor(target: number) {
    this.#target = target;
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    this.#server.on('connection', (socket) => this.#onConnection(socket));
  }

  static async start(target: number): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(target);
    await proxy.accept();
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Listens, after {@link refuse} on the same port again. */
  async accept(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Resets all current connections; accepts new ones. */
  cut(): void {
    for (const pair of this.#pairs) this.#drop(pair);
  }

  /** Resets all connections and refuses new ones until {@link accept}. */
  async refuse(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.cut();
    await closed;
  }

  /** Stops forwarding in both directions, on current and new connections. */
  stall(): void {
    this.#stalled = true;
    for (const { browser, server } of this.#pairs) {
      browser.pause();
      server?.pause();
    }
  }

  /** Forwards again, including the data since {@link stall}. */
  resume(): void {
    this.#stalled = false;
    for (const { browser, server } of this.#pairs) {
      browser.resume();
      server?.resume();
    }
  }

  /** Delays all data from the server. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** Sets the rule for data from browsers. */
  judge(rule: Rule): void {
    this.#rule = rule;
  }

  async close(): Promise<void> {
    if (this.#server.listening) await this.refuse();
    else this.cut();
  }

  #drop(pair: Pair): void {
    this.#pairs.delete(pair);
    pair.browser.resetAndDestroy();
    pair.server?.resetAndDestroy();
  }

  #onConnection(browser: Socket): void {
    const pair: Pair = { browser, server: undefined };
    this.#pairs.add(pair);
    browser.on('error', () => this.#drop(pair));
    browser.on('close', () => this.#pairs.delete(pair));
    browser.on('data', (chunk: Buffer) => this.#onData(pair, chunk));
    browser.on('end', () => pair.server?.end());
    if (!this.#stalled) browser.resume();
  }

  #onData(pair: Pair, chunk: Buffer): void {
    const verdict = this.#rule(chunk.toString('latin1'));
    switch (verdict) {
      case Verdict.Pass:
        pair.server ??= this.#connect(pair);
        pair.server.write(chunk);
        break;
      case Verdict.Hang:
        break;
      case Verdict.Reset:
        this.#drop(pair);
        break;
      case Verdict.BadGateway:
        pair.browser.end(BAD_GATEWAY);
        break;
    }
  }

  #connect(pair: Pair): Socket {
    const { browser } = pair;
    const server = createConnection({ port: this.#target, host: '127.0.0.1', allowHalfOpen: true });
    server.on('error', () => this.#drop(pair));
    server.on('data', (chunk: Buffer) => {
      if (this.#delayMs === 0) browser.write(chunk);
      else setTimeout(() => browser.writable && browser.write(chunk), this.#delayMs);
    });
    server.on('end', () => {
      if (this.#delayMs === 0) browser.end();
      else setTimeout(() => browser.end(), this.#delayMs);
    });
    return server;
  }
}
