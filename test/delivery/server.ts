/**
 * The real server over the network of the tests: a Listener with its router and sessions. Only what
 * writes bytes is replaced: requests, responses, and the transports.
 *
 * @module
 */
import { EventEmitter } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Client, Listener } from '../../lib/index.js';
import { POLLING_DEFAULTS, STREAMING_DEFAULTS } from '../../lib/session/timings.js';
import type { HttpExchange } from '../../lib/transports/http/http-transport.js';
import { receiveMessages } from '../../lib/transports/http/io/receive-messages.js';
import { Transport } from '../../lib/transports/transport.js';
import type { Exchange } from '../../lib/transports/transport-server.js';
import { Timer } from '../../lib/util/timers.js';
import type { Call, Line, Server } from './network.js';
import type { Scheduler } from './scheduler.js';

class FakeSocket extends EventEmitter {
  bytesRead = 0;
  bytesWritten = 0;
  writableLength = 0;
  writableEnded = false;
  destroyed = false;
  remoteAddress = '127.0.0.1';
  /** Called with what refuses an upgrade. */
  onText: (text: string) => void = () => undefined;

  end(text = ''): this {
    this.writableEnded = true;
    if (text !== '') this.onText(text);
    return this;
  }

  destroy(): this {
    this.destroyed = true;
    return this;
  }

  resume(): this {
    return this;
  }
}

class FakeRequest extends EventEmitter {
  readonly httpVersionMajor = 1;
  readonly httpVersionMinor = 1;
  readonly rawHeaders: string[] = [];
  readonly headers = { 'content-length': '1' };
  readonly socket = new FakeSocket();
  accept: () => Line = () => {
    throw new Error('This request cannot become a connection');
  };

  constructor(
    readonly url: string,
    readonly method: string,
  ) {
    super();
  }
}

class FakeResponse extends EventEmitter {
  headersSent = false;
  destroyed = false;
  socket = null;
  #status = 0;
  #body = '';

  constructor(readonly reply: (status: number, body: string) => void) {
    super();
  }

  writeHead(status: number): this {
    this.headersSent = true;
    this.#status = status;
    return this;
  }

  write(text: string): boolean {
    this.#body += text;
    return true;
  }

  end(text = ''): this {
    this.reply(this.#status, this.#body + text);
    return this;
  }
}

/** What a connection of the tests has beside those of an application. */
abstract class TestTransport extends Transport {
  protected isOpen = true;
  protected line: Line | null = null;

  static handle(this: unknown, exchange: Exchange): void {
    if (exchange.request.method === 'POST') receiveMessages(exchange as HttpExchange, false);
    else new (this as new (exchange: Exchange) => TestTransport)(exchange).begin();
  }

  /** The request of the client that this connection answers. */
  get call(): Call | null {
    return this.line && !this.line.isCopy ? this.line.call : null;
  }

  begin(): void {
    this.line = (this.request as unknown as FakeRequest).accept();
    this.line.onFrame = (payload) => {
      if (this.isOpen && !this.receive(payload)) throw new Error('A frame was too large');
    };
    this.line.onGone = () => this.end();
    this.opened();
  }

  write(payload: string): boolean {
    if (this.isOpen) this.line?.write(payload);
    return this.isOpen;
  }

  close(): void {
    if (!this.isOpen) return;
    onServerClose(this);
    this.line?.close();
    this.end();
  }

  protected end(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.onClose();
  }
}

const NOT_KEPT = { closeTimeout: 0 };

/** Set by a run, to see connections that the server closes. */
let onServerClose: (transport: TestTransport) => void = () => undefined;

class TestSocket extends TestTransport {
  static readonly transportName: string = 'websocket';
  static readonly defaults = STREAMING_DEFAULTS;
}

class TestStream extends TestTransport {
  static readonly transportName: string = 'server-events';
  static readonly defaults = STREAMING_DEFAULTS;
}

class TestPoll extends TestTransport {
  static readonly transportName: string = 'xhr-polling';
  static readonly defaults = POLLING_DEFAULTS;
  readonly #timer = new Timer(this);

  override get isPoll(): boolean {
    return true;
  }

  override begin(): void {
    super.begin();
    if (this.isOpen && this.session) {
      this.host.timers.set(this.#timer, this.session._timing('duration'));
    }
  }

  override write(payload: string): boolean {
    if (!super.write(payload)) return false;
    this.end();
    return true;
  }

  onTimeout(): void {
    this.write('');
  }

  protected override end(): void {
    this.host.timers.clear(this.#timer);
    super.end();
  }
}

class TestJsonp extends TestPoll {
  static override readonly transportName: string = 'jsonp-polling';
  static readonly isReadableAcrossOrigins = true;

  override write(payload: string): boolean {
    return super.write(`${payload});`);
  }
}

/** The callbacks of the server for a run. */
export interface ServerObserver {
  onConnection(client: Client): void;
  /** A connection is replaced by another one of the same session. */
  onReplaced(session: Client, replaced: Call, by: Call | null): void;
}

export interface ServerOptions {
  readonly window: number;
  readonly maxBuffer: number;
  readonly makeId: () => string;
}

export class TestServer implements Server {
  readonly listener: Listener;
  /** True if its process has ended: what is on its way to it arrives nowhere. */
  isCrashed = false;

  constructor(scheduler: Scheduler, options: ServerOptions, observer: ServerObserver) {
    this.listener = new Listener(createServer(), {
      log: false,
      flashPolicyServer: false,
      clock: scheduler,
      delivery: { window: options.window },
      maxBuffer: options.maxBuffer,
      // The window alone decides how long a session is kept.
      transportOptions: { 'xhr-polling': NOT_KEPT, 'jsonp-polling': NOT_KEPT },
      generateId: options.makeId,
      transports: [TestSocket, TestStream, TestPoll, TestJsonp] as never,
    });
    this.listener.on('connection', (client) => observer.onConnection(client));
    onServerClose = (transport) => {
      const { session, call } = transport;
      const current = session?._current;
      if (!session || !call || !current || current === transport) return;
      observer.onReplaced(session, call, (current as TestTransport).call);
    };
  }

  post(url: string, reply: (status: number, body: string) => void): (body: string) => void {
    const request = new FakeRequest(url, 'POST');
    this.#check(request, new FakeResponse(reply), false);
    return (body) => {
      if (this.isCrashed) return;
      if (body !== '') request.emit('data', Buffer.from(body));
      request.emit('end');
      request.emit('close');
    };
  }

  open(call: Call, reply: (status: number) => void, accept: () => Line): void {
    const isUpgrade = call.kind === 'socket';
    const request = new FakeRequest(call.url, 'GET');
    request.accept = accept;
    request.socket.onText = (text) => reply(Number(text.split(' ')[1]));
    this.#check(request, isUpgrade ? request.socket : new FakeResponse(reply), isUpgrade);
  }

  #check(request: FakeRequest, target: FakeSocket | FakeResponse, isUpgrade: boolean): void {
    const isTaken = this.listener.check(
      request as unknown as IncomingMessage,
      target as unknown as ServerResponse | Socket,
      isUpgrade,
    );
    if (!isTaken) throw new Error(`The Listener has not taken ${request.url}`);
  }
}
