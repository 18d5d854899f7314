import type { Broadcast } from '../broadcast.js';
import { STREAMING_DEFAULTS, type SessionOptions } from '../options.js';
import { HttpTransport } from './http.js';

/** How long a client may take to fetch the end of a stream. */
const LINGER_MS = 2000;

/** A response that never ends: every send is a piece of its body. */
export abstract class Streaming extends HttpTransport {
  static readonly defaults: Readonly<SessionOptions> = STREAMING_DEFAULTS;

  #isOpen = true;
  readonly #onEnd = (): void => this.hungUp();

  /** A payload as a piece of the body; pure, and the same for every client. */
  protected abstract readonly wrap: (payload: string) => Buffer;

  begin(): void {
    this.watch();
    // Programs that listen for the end of `client.connection` find the client away already.
    this.request.socket.once('end', this.#onEnd);
    // A stream is quiet for as long as the application is.
    this.request.socket.setTimeout(0);
    this.writeHead();
    this.opened();
  }

  write(payload: string): void {
    this.#send(this.wrap(payload));
  }

  override writeShared(broadcast: Broadcast): void {
    this.#send(broadcast.as(this.wrap));
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#end();
    const { response } = this;
    response.end();
    setTimeout(() => response.destroyed || this.socket.destroy(), LINGER_MS).unref();
  }

  protected hungUp(): void {
    if (this.#isOpen) this.#end();
  }

  /** Writes the head of the response, and what comes before the first message. */
  protected abstract writeHead(): void;

  #send(bytes: Buffer): void {
    if (!this.#isOpen) return;
    if (this.isOverfull(this.response.writableLength)) {
      this.session?._end('queue overflow');
      this.socket.destroy();
      return;
    }
    this.response.write(bytes);
  }

  #end(): void {
    this.#isOpen = false;
    this.socket.off('end', this.#onEnd);
    this.gone();
  }
}
