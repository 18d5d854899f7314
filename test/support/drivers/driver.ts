/**
 * A client of one transport, as small and as strict as can be: what it does not expect is an error.
 *
 * @module
 */
import { afterThisTest } from '../cleanup.js';
import { parsePayload, readText } from '../payload.js';
import { RawSocket, type Response } from '../raw.js';

export interface DriverOptions {
  readonly resource?: string;
  /** Headers of every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a transport brings messages down. */
export type Kind = 'socket' | 'streaming' | 'polling';

/** The server did not let us in. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;

  constructor(status: number, body = '') {
    super(`Refused with ${status} ${body}`);
    this.status = status;
  }
}

export abstract class Driver {
  abstract readonly transport: string;
  abstract readonly kind: Kind;
  readonly port: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Known once {@link open} is through. */
  sessionId = '';
  readonly #resource: string;
  readonly #texts: string[] = [];

  constructor(port: number, { resource = 'socket.io', headers = {} }: DriverOptions = {}) {
    this.port = port;
    this.headers = headers;
    this.#resource = resource;
    afterThisTest(() => this.drop());
  }

  /** Begins a session; it has an id when this resolves, and its own payload for it. */
  async open(): Promise<this> {
    await this.connect('');
    const texts = parsePayload(await this.nextPayload());
    if (texts.length !== 1) throw new Error(`Expected a session id, got ${texts.join()}`);
    this.sessionId = texts[0] as string;
    return this;
  }

  /** Continues a session on a new connection. */
  async resume(sessionId: string = this.sessionId): Promise<this> {
    this.sessionId = sessionId;
    await this.connect(sessionId);
    return this;
  }

  /** The next message as the application on this side would get it. */
  async next(): Promise<unknown> {
    while (this.#texts.length === 0) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- payloads may be empty
      this.#texts.push(...parsePayload(await this.nextPayload()));
    }
    return readText(this.#texts.shift() as string);
  }

  /** What the server answers to a request for a connection; not for one that it accepts. */
  async refusal(sessionId = ''): Promise<Response> {
    const raw = await RawSocket.connect(this.port);
    return raw.write(this.opening(sessionId)).readResponse();
  }

  /** The next payload: a frame, part, script, event, or answer that is not empty. */
  abstract nextPayload(): Promise<string>;

  /** Sends one payload; waits for its response if the transport has one. */
  abstract send(payload: string): Promise<void>;

  /** Closes the connection. */
  abstract drop(): void;

  /** Closes the session as clients of the transport do. */
  abstract close(): Promise<void>;

  /** The server ends the connection; fails if any data arrives before that. */
  abstract ended(): Promise<void>;

  /** The request that opens a connection. */
  abstract opening(sessionId: string): Buffer;

  /** Opens a connection; fails with {@link Refused}. */
  protected abstract connect(sessionId: string): Promise<void>;

  protected path(...parts: string[]): string {
    return ['', this.#resource, this.transport, ...parts].join('/');
  }
}
