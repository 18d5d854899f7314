import { Queue } from '../queue.js';
import { parsePayload } from '../payload.js';
import { within } from '../wait.js';
import { Refused } from './driver.js';
import { HttpDriver, cacheBuster } from './http.js';
import { RawSocket, type Response } from '../raw.js';

/** Polls for as long as the session lives, one poll after the other. */
export abstract class PollingDriver extends HttpDriver {
  readonly kind = 'polling';
  protected abstract readonly contentType: string;
  protected readonly keepsAlive: boolean = true;
  /** How many polls were answered with nothing. */
  emptyPolls = 0;
  #raw: RawSocket | null = null;
  /** The payloads of the polls that go on; another queue once they are dropped. */
  #payloads: Queue<string> = new Queue();
  #over: Promise<void> = Promise.resolve();

  nextPayload(): Promise<string> {
    return this.#payloads.next('an answer to a poll');
  }

  drop(): void {
    this.#payloads = new Queue();
    this.#raw?.destroy();
  }

  /** The poll is answered, and the next one finds no session. */
  async ended(): Promise<void> {
    await within(this.#over, () => 'polls to be refused');
    if (this.#payloads.length > 0) throw new Error(`Unexpected: ${await this.nextPayload()}`);
  }

  protected async connect(sessionId: string): Promise<void> {
    this.drop();
    const payloads = new Queue<string>();
    this.#payloads = payloads;
    this.#raw = await RawSocket.connect(this.port);
    this.#over = this.#poll(this.#raw, sessionId, payloads);
    // readers of payloads get the error
    this.#over.catch(() => undefined);
  }

  /** The payload in an answer. */
  protected abstract unwrap(body: string): string;

  /** Another poll is about to begin. */
  protected abstract count(): void;

  async #poll(first: RawSocket, given: string, payloads: Queue<string>): Promise<void> {
    let raw = first;
    let sessionId = given;
    // oxlint-disable eslint/no-await-in-loop -- one poll after the other
    try {
      while (this.#payloads === payloads) {
        this.count();
        raw.write(this.opening(sessionId));
        const response = await raw.readResponse();
        const { status } = response;
        // 204 is the last answer of a session that the server ended
        if (status === 404 || status === 204) {
          payloads.fail(new Refused(status, response.body));
          return;
        }
        const payload = this.#read(response);
        if (payload === '') this.emptyPolls++;
        else payloads.push(payload);
        // the session id, which answers the first poll by itself
        if (sessionId === '') sessionId = parsePayload(payload)[0] ?? '';
        if (!this.keepsAlive) {
          raw.destroy();
          raw = await RawSocket.connect(this.port);
          if (this.#payloads === payloads) this.#raw = raw;
          else raw.destroy();
        }
      }
    } catch (error) {
      // this side has dropped the poll
      if (this.#payloads !== payloads) return;
      payloads.fail(error as Error);
      throw error;
    }
    // oxlint-enable eslint/no-await-in-loop
  }

  #read({ status, headers, body }: Response): string {
    if (status !== 200) throw new Refused(status, body);
    const type = headers['content-type'];
    if (type !== this.contentType) throw new Error(`Expected ${this.contentType}, got ${type}`);
    if (headers['content-length'] !== String(Buffer.byteLength(body))) {
      throw new Error('Polls are answered with a Content-Length in bytes');
    }
    return this.unwrap(body);
  }
}

/** The payload is the body; one kept-alive connection for all polls. */
export class XhrPollingDriver extends PollingDriver {
  readonly transport = 'xhr-polling';
  protected readonly contentType = 'text/plain; charset=UTF-8';

  protected unwrap(body: string): string {
    return body;
  }

  protected count(): void {
    // these polls have no numbers
  }
}

/** The payload is an argument; a connection for each poll. */
export class JsonpPollingDriver extends PollingDriver {
  readonly transport = 'jsonp-polling';
  protected readonly contentType = 'text/javascript; charset=UTF-8';
  protected override readonly keepsAlive: boolean = false;
  #index = 0;

  protected unwrap(body: string): string {
    const [, index, literal] = /^io\.JSONP\[(\d+)\]\._\((".*")\);$/.exec(body) ?? [];
    if (index !== String(this.#index) || literal === undefined || /[<\u2028\u2029]/.test(literal)) {
      throw new Error(`Expected a call of io.JSONP[${this.#index}], got ${body}`);
    }
    return JSON.parse(literal) as string;
  }

  protected count(): void {
    this.#index++;
  }

  protected override downPath(sessionId: string): string {
    return this.path(sessionId, cacheBuster(), String(this.#index));
  }

  protected override upPath(): string {
    return this.path(this.sessionId, cacheBuster(), String(this.#index));
  }
}
