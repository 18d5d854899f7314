/**
 * A TCP connection in the raw, and HTTP read from it by the letter.
 *
 * @module
 */
import type { Socket } from 'node:net';
import { Bytes } from './bytes.js';
import { afterThisTest } from './cleanup.js';
import { openSocket } from './tcp.js';
import { within } from './wait.js';

/** The head of an HTTP response. */
export interface Head {
  readonly status: number;
  readonly statusLine: string;
  /** By name in lower case; a name that occurs twice is an error. */
  readonly headers: Readonly<Record<string, string>>;
  /** As they arrived, in order. */
  readonly lines: readonly string[];
}

export interface Response extends Head {
  readonly body: string;
}

function parseHead(text: string): Head {
  const [statusLine = '', ...lines] = text.slice(0, -4).split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3}) [^\r\n]+$/.exec(statusLine)?.[1];
  if (!status) throw new Error(`Expected a status line, got ${JSON.stringify(statusLine)}`);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+): ([^\r\n]*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      throw new Error(`Expected a header, got ${JSON.stringify(line)}`);
    }
    const key = name.toLowerCase();
    if (key in headers) throw new Error(`The header ${name} occurs twice`);
    headers[key] = value;
  }
  return { status: Number(status), statusLine, headers, lines };
}

/** The body of a response as it arrives, with any of the ways to delimit it. */
export class Body {
  readonly bytes: Bytes = new Bytes();
  /** Settled when the body is through; rejects if it broke off. */
  readonly done: Promise<void>;

  constructor(source: Bytes, head: Head) {
    this.done = this.#pump(source, head).finally(() => this.bytes.end());
    // readers of the bytes see it as well
    this.done.catch(() => undefined);
  }

  async #pump(source: Bytes, { status, headers }: Head): Promise<void> {
    if (status === 304 || status === 204) return;
    const length = headers['content-length'];
    if (headers['transfer-encoding'] === 'chunked') {
      if (length !== undefined) throw new Error('Both chunked and of a known length');
      await this.#pumpChunks(source);
    } else if (length !== undefined) {
      this.bytes.push(await source.read(Number(length)));
    } else {
      throw new Error('The body has no end; see RawSocket.bytes');
    }
  }

  async #pumpChunks(source: Bytes): Promise<void> {
    for (;;) {
      // oxlint-disable eslint/no-await-in-loop -- one chunk after the other
      const line = (await source.readThrough('\r\n')).toString('latin1');
      if (!/^[\da-f]+\r\n$/i.test(line)) throw new Error(`Expected a chunk, got ${line}`);
      const size = parseInt(line, 16);
      this.bytes.push(await source.read(size));
      await source.expect('\r\n');
      // oxlint-enable eslint/no-await-in-loop
      if (size === 0) return;
    }
  }
}

/** One TCP connection to the server under test; destroyed after the test. */
export class RawSocket {
  readonly socket: Socket;
  /** The port of this end, also after the connection has ended. */
  readonly port: number | undefined;
  readonly bytes: Bytes = new Bytes();
  readonly #closed: Promise<unknown>;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.port = socket.localPort;
    this.#closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('data', (chunk: Buffer) => this.bytes.push(chunk));
    socket.on('end', () => this.bytes.end());
    socket.on('close', () => this.bytes.end());
    // a reset is an end; the reader reports what is missing
    socket.on('error', () => this.bytes.end());
    afterThisTest(() => socket.destroy());
  }

  static async connect(port: number): Promise<RawSocket> {
    return new RawSocket(await openSocket(port));
  }

  write(data: string | Buffer): this {
    this.socket.write(data);
    return this;
  }

  /** Sends a FIN. */
  end(): this {
    this.socket.end();
    return this;
  }

  /** Sends an RST. */
  reset(): this {
    this.socket.resetAndDestroy();
    return this;
  }

  destroy(): void {
    this.socket.destroy();
  }

  get isClosed(): boolean {
    return this.socket.closed;
  }

  async readHead(): Promise<Head> {
    return parseHead((await this.bytes.readThrough('\r\n\r\n')).toString('latin1'));
  }

  /** A whole response. Without a length, it must be the last one of the connection. */
  async readResponse(method = 'GET'): Promise<Response> {
    const head = await this.readHead();
    if (method === 'HEAD') return { ...head, body: '' };
    const { headers } = head;
    if (headers['connection'] === 'close' && !('transfer-encoding' in headers)) {
      const body = await this.bytes.readRest();
      const length = headers['content-length'];
      if (length !== undefined && Number(length) !== body.length) {
        throw new Error(`Announced ${length} bytes, sent ${body.length}`);
      }
      return { ...head, body: body.toString() };
    }
    const body = new Body(this.bytes, head);
    await body.done;
    return { ...head, body: (await body.bytes.readRest()).toString() };
  }

  /** Waits for the server to close; fails if anything arrives before that. */
  async ended(): Promise<void> {
    const rest = await this.bytes.readRest();
    if (rest.length > 0) {
      throw new Error(`Expected the end, got ${JSON.stringify(rest.toString('latin1'))}`);
    }
    this.socket.end();
    await within(this.#closed, () => 'the connection to close');
  }
}

export interface RequestInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** The bytes of a request; with a Content-Length if there is a body and none is given. */
export function requestBytes(path: string, init: RequestInit = {}): Buffer {
  const body = Buffer.from(init.body ?? '');
  const headers: Record<string, string> = { Host: 'localhost', ...init.headers };
  if (init.body !== undefined && !('Content-Length' in headers || 'Transfer-Encoding' in headers)) {
    headers['Content-Length'] = String(body.length);
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = [`${init.method ?? 'GET'} ${path} HTTP/1.1`, ...lines].join('\r\n');
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`), body]);
}

/** One request on a connection of its own, and the whole response to it. */
export async function request(port: number, path: string, init?: RequestInit): Promise<Response> {
  const raw = await RawSocket.connect(port);
  raw.write(requestBytes(path, init));
  const response = await raw.readResponse(init?.method);
  raw.destroy();
  return response;
}

/** The body of a form with one field, `data`. */
export function form(payload: string): string {
  return 'data=' + encodeURIComponent(payload);
}
