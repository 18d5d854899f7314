/**
 * The browser client of Socket.IO 0.6.18, unmodified, in a context that has what it needs of a page.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { WebSocket } from 'ws';
import { afterThisTest } from '../support/cleanup.js';
import { Queue } from '../support/queue.js';

const ORIGINAL = dirname(require.resolve('socket.io/package.json'));
const SCRIPT = readFileSync(join(ORIGINAL, 'support', 'socket.io-client', 'socket.io.js'), 'utf8');

/** As much of XMLHttpRequest as the client uses. */
class PageRequest {
  readyState = 0;
  status = 0;
  responseText = '';
  withCredentials = false;
  onreadystatechange: (() => void) | null = null;
  #method = 'GET';
  #url = '';
  #isAborted = false;
  readonly #headers: Record<string, string> = {};
  #request: ReturnType<typeof request> | null = null;

  open(method: string, url: string): void {
    this.#method = method;
    this.#url = url;
    this.readyState = 1;
  }

  setRequestHeader(name: string, value: string): void {
    this.#headers[name] = value;
  }

  send(body?: string | null): void {
    const options = { method: this.#method, headers: this.#headers, agent: false };
    this.#request = request(this.#url, options, (response) => {
      response.setEncoding('utf8').on('data', (text: string) => (this.responseText += text));
      response.on('end', () => this.#finish(response.statusCode ?? 0));
      response.on('error', () => this.#finish(0));
    });
    this.#request.on('error', () => this.#finish(0));
    this.#request.end(body ?? '');
  }

  abort(): void {
    this.#isAborted = true;
    this.#request?.destroy();
  }

  #finish(status: number): void {
    if (this.#isAborted) return;
    this.status = status;
    this.readyState = 4;
    this.onreadystatechange?.();
  }
}

/** The client uses a WebSocket only if the source of `send` contains the word "native". */
class PageWebSocket extends WebSocket {}
PageWebSocket.prototype.send = Object.assign(
  function send(this: WebSocket, data: string): void {
    WebSocket.prototype.send.call(this, data, {});
  },
  { toString: () => 'native' },
);

interface Socket2011 {
  connect(): void;
  disconnect(): void;
  send(message: unknown): void;
  on(event: string, handler: (value: never) => void): void;
}

interface Io2011 {
  readonly Socket: new (host: string, options: object) => Socket2011;
}

/** A connected client of 2011 on one transport, with the messages that it receives. */
export async function connect2011(
  port: number,
  transport: string,
): Promise<{ readonly socket: Socket2011; readonly messages: Queue<unknown> }> {
  const host = `127.0.0.1:${port}`;
  const page: Record<string, unknown> = {
    location: { protocol: 'http:', host, hostname: '127.0.0.1', port, href: `http://${host}/` },
    document: {
      domain: '127.0.0.1',
      cookie: '',
      location: { protocol: 'http:', port, hostname: '127.0.0.1' },
    },
    navigator: { userAgent: 'a page', platform: '' },
    XMLHttpRequest: PageRequest,
    WebSocket: PageWebSocket,
    addEventListener: () => undefined,
    setTimeout,
    clearTimeout,
    setInterval,
    clearInterval,
    console,
  };
  page['window'] = page;
  const io = runInContext(`${SCRIPT}; io`, createContext(page)) as Io2011;
  const options = { port, transports: [transport], rememberTransport: false, reconnect: false };
  const socket = new io.Socket('127.0.0.1', options);
  const messages = new Queue<unknown>();
  socket.on('message', (message: unknown) => messages.push(message));
  const connected = new Queue<true>();
  socket.on('connect', () => connected.push(true));
  socket.connect();
  await connected.next('the client of 2011 to connect');
  afterThisTest(() => socket.disconnect());
  return { socket, messages };
}
