import { Driver, Refused } from './driver.js';
import { form, type Head, RawSocket, request, requestBytes, type Response } from '../raw.js';

/** A clock against caches, as the 2011 client appends it. */
let time = 1_300_000_000_000;

export function cacheBuster(): string {
  return String(time++);
}

/** What the HTTP transports share: the way up. */
export abstract class HttpDriver extends Driver {
  async send(payload: string): Promise<void> {
    const response = await this.post(payload);
    if (response.status !== 200 || response.body !== 'ok') {
      throw new Refused(response.status, response.body);
    }
  }

  /** Posts a payload, and returns whatever is answered. */
  post(payload: string): Promise<Response> {
    return this.postTo(this.upPath(), form(payload));
  }

  /** Ends the session by the request that leaving pages send. */
  async close(): Promise<void> {
    const response = await this.postTo(this.path(this.sessionId, 'close'), '');
    if (response.body !== 'ok') throw new Refused(response.status, response.body);
    await this.ended();
  }

  opening(sessionId: string): Buffer {
    return requestBytes(this.downPath(sessionId), { headers: this.headers });
  }

  protected upPath(): string {
    return this.path(this.sessionId, 'send');
  }

  protected downPath(sessionId: string): string {
    return this.path(sessionId, cacheBuster());
  }

  protected postTo(path: string, body: string): Promise<Response> {
    const type = { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' };
    return request(this.port, path, {
      method: 'POST',
      headers: { ...type, ...this.headers },
      body,
    });
  }
}

/** A response that never ends. */
export abstract class StreamingDriver extends HttpDriver {
  readonly kind = 'streaming';
  protected abstract readonly contentType: string;
  #raw: RawSocket | null = null;

  get raw(): RawSocket {
    if (!this.#raw) throw new Error('Not open');
    return this.#raw;
  }

  drop(): void {
    this.#raw?.destroy();
  }

  protected async connect(sessionId: string): Promise<void> {
    const raw = await RawSocket.connect(this.port);
    this.#raw = raw;
    raw.write(this.opening(sessionId));
    const head = await raw.readHead();
    if (head.status !== 200) throw new Refused(head.status);
    const type = head.headers['content-type'];
    if (type !== this.contentType) throw new Error(`Expected ${this.contentType}, got ${type}`);
    this.begin(head);
  }

  /** The head of the response is there. */
  protected abstract begin(head: Head): void;
}
