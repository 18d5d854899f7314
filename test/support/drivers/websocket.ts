import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import { Ended } from '../bytes.js';
import { Queue } from '../queue.js';
import { within } from '../wait.js';
import { Driver, Refused, type DriverOptions, type Kind } from './driver.js';
import { requestBytes } from '../raw.js';

export interface WebsocketOptions extends DriverOptions {
  readonly transport?: string;
  /** 13 is RFC 6455, 8 a draft of it. */
  readonly version?: 8 | 13;
}

/** RFC 6455, by `ws`. */
export class WebsocketDriver extends Driver {
  readonly transport: string;
  readonly kind: Kind = 'socket';
  readonly #version: 8 | 13;
  #ws: WebSocket | null = null;
  #payloads: Queue<string> = new Queue();
  #closed: Promise<number> = Promise.resolve(0);

  constructor(port: number, options: WebsocketOptions = {}) {
    super(port, options);
    this.transport = options.transport ?? 'websocket';
    this.#version = options.version ?? 13;
  }

  /** The socket of `ws`, for what only it can do. */
  get ws(): WebSocket {
    if (!this.#ws) throw new Error('Not open');
    return this.#ws;
  }

  opening(sessionId: string): Buffer {
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': String(this.#version),
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
      ...this.headers,
    };
    return requestBytes(this.#requestPath(sessionId), { headers });
  }

  nextPayload(): Promise<string> {
    return this.#payloads.next('a WebSocket message');
  }

  send(payload: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.ws.send(payload, (error) => (error ? reject(error) : resolve()));
    });
  }

  drop(): void {
    this.#ws?.terminate();
  }

  async close(): Promise<void> {
    this.ws.close(1000);
    await this.ended();
  }

  async ended(): Promise<void> {
    const code = await this.closeCode();
    if (this.#payloads.length > 0) throw new Error(`Unexpected: ${await this.nextPayload()}`);
    if (code !== 1000) throw new Error(`Expected the close code 1000, got ${code}`);
  }

  /** The code the server closed the connection with. */
  closeCode(): Promise<number> {
    return within(this.#closed, () => 'the WebSocket to close');
  }

  protected connect(sessionId: string): Promise<void> {
    const payloads = new Queue<string>();
    const ws = new WebSocket(`ws://127.0.0.1:${this.port}${this.#requestPath(sessionId)}`, {
      protocolVersion: this.#version,
      perMessageDeflate: false,
      headers: this.headers,
    });
    this.#ws = ws;
    this.#payloads = payloads;
    this.#closed = new Promise((resolve) => ws.once('close', resolve));
    ws.on('message', (data: Buffer, isBinary) => {
      if (isBinary) payloads.fail(new Error('A binary message'));
      else payloads.push(data.toString());
    });
    ws.on('close', (code) => payloads.fail(new Ended(`Closed with ${code}`)));
    ws.on('error', (error) => payloads.fail(error));
    return new Promise((resolve, reject) => {
      ws.on('open', resolve);
      ws.on('error', reject);
      ws.on('unexpected-response', (_request, response) => {
        reject(new Refused(response.statusCode ?? 0));
        response.destroy();
      });
    });
  }

  #requestPath(sessionId: string): string {
    return sessionId === '' ? this.path() : this.path(sessionId);
  }
}
