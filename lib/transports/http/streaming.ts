import { createDebug } from '../../util/debug.js';
import type { SharedPayload } from '../../session/shared-payload.js';
import { STREAMING_DEFAULTS, type SessionOptions } from '../../session/timings.js';
import { flushBeforeEnd } from '../flush-before-end.js';
import { HttpTransport } from './http-transport.js';
import {
  unobserveConnectionEnd,
  observeConnectionEnd,
  type ConnectionObserver,
} from './connection-end.js';

const debug = createDebug('socket.io:http');

/** How long a client may take to fetch the end of a stream. */
const LINGER_MS = 2000;

/** Ends the address of a stream of our own client, which says goodbye. */
const GOODBYE = /\?goodbye$/;
/** How long a goodbye may be on its way: some browsers end the streams of a page that goes first. */
const GOODBYE_MS = 500;

/** Writing to a connection that is just breaking is no error of ours; its end follows. */
function responseOnError(error: Error): void {
  debug('ignored %s', error);
}

/** A response that never ends: every send is a piece of its body. */
export abstract class Streaming extends HttpTransport implements ConnectionObserver {
  static readonly defaults: Readonly<SessionOptions> = STREAMING_DEFAULTS;

  /** @internal */ previousObserver: ConnectionObserver | null = null;
  #isOpen = true;

  /** A payload as a piece of the body; pure, and the same for every client. */
  protected abstract readonly wrap: (payload: string) => Buffer;

  /** True if the client says goodbye when its page goes, and with it what the page sent last. */
  protected get saysGoodbye(): boolean {
    return GOODBYE.test(this.request.url ?? '');
  }

  override get minGracePeriodMs(): number {
    return this.saysGoodbye ? GOODBYE_MS : 0;
  }

  begin(): void {
    observeConnectionEnd(this);
    this.response.on('error', responseOnError);
    // A stream is quiet for as long as the application is.
    this.socket.setTimeout(0);
    flushBeforeEnd(this.socket, this);
    this.writeHead();
    this.opened();
  }

  write(payload: string): boolean {
    return this.#send(this.wrap(payload));
  }

  override writeShared(broadcast: SharedPayload): boolean {
    return this.#send(broadcast.encodedBy(this.wrap));
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#end();
    const { response } = this;
    response.end();
    setTimeout(() => response.destroyed || this.socket.destroy(), LINGER_MS).unref();
  }

  /** @internal Node 26 keeps chunks back until the turn is over. */
  flush(): void {
    if (!this.#isOpen || this.response.writableCorked === 0) return;
    this.response.uncork();
    this.response.cork();
  }

  /** @internal */
  onConnectionEnd(isLocal: boolean): void {
    if (!this.#isOpen) return;
    this.#end();
    if (isLocal) this.session?._end('server disconnect');
  }

  /** Writes the head of the response, and what comes before the first message. */
  protected abstract writeHead(): void;

  #send(bytes: Buffer): boolean {
    if (!this.#isOpen || !this.socket.writable) return false;
    if (this.isOverfull(this.response.writableLength)) this.overflow();
    else this.response.write(bytes);
    return true;
  }

  #end(): void {
    this.#isOpen = false;
    unobserveConnectionEnd(this);
    this.onClose();
  }
}
