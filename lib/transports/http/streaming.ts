import type { SharedPayload } from '../../session/shared-payload.js';
import { STREAMING_DEFAULTS, type SessionOptions } from '../../session/timings.js';
import { createDebug } from '../../util/debug.js';
import { linger } from '../../util/linger.js';
import { Timer } from '../../util/timers.js';
import { flushBeforeEnd, isMeantForAnother, type SocketOwner } from '../flush-before-end.js';
import { HttpTransport } from './http-transport.js';
import {
  notifyEnded,
  observeConnectionEnd,
  unobserveConnectionEnd,
  type ConnectionObserver,
} from './io/connection-end.js';

const debug = createDebug('socket.io:http');

/** Ends the URL of a stream whose client sends a close request on unload: our own browser client. */
const SENDS_CLOSE = /\?goodbye$/;
/** How long a close request may take: some browsers end the streams of a page before they send it. */
const CLOSE_REQUEST_MS = 500;

/** A write to a connection that is breaking is not an error of the server. Its end follows. */
function responseOnError(error: Error): void {
  debug('ignored %s', error);
}

/** A response that stays open: each payload is a piece of its body. */
export abstract class Streaming extends HttpTransport implements ConnectionObserver, SocketOwner {
  static readonly defaults: Readonly<SessionOptions> = STREAMING_DEFAULTS;

  /** @internal */ previousObserver: ConnectionObserver | null = null;
  /** @internal */ nextObserver: ConnectionObserver | null = null;
  #isOpen = true;
  /** Set while the response is pipelined behind another one. */
  #queueTimer: Timer | null = null;

  /** A payload as a piece of the body. MUST be pure: the bytes are shared by all clients. */
  protected abstract readonly wrap: (payload: string) => Buffer;

  /** True if the client sends a close request, with its last messages, on unload. */
  protected get saysGoodbye(): boolean {
    return SENDS_CLOSE.test(this.request.url ?? '');
  }

  /** The value of `Connection` for a stream: `close` if its body ends with the connection. */
  protected connectionHeader(endsWithConnection = false): string {
    const hasChunks = this.request.httpVersionMajor > 1 || this.request.httpVersionMinor > 0;
    return endsWithConnection || !hasChunks ? 'close' : 'keep-alive';
  }

  /** @internal */
  protected override get countsBytes(): boolean {
    return true;
  }

  override get minGracePeriodMs(): number {
    return this.saysGoodbye ? CLOSE_REQUEST_MS : 0;
  }

  begin(): void {
    observeConnectionEnd(this);
    this.response.on('error', responseOnError);
    // A stream is quiet for as long as the application is.
    this.socket.setTimeout(0);
    flushBeforeEnd(this.socket, this);
    if (this.response.socket === null) this.#limitQueueing();
    this.writeHead();
    this.opened();
  }

  /** Node sends none of what is written as the body. */
  override answerHead(): void {
    this.writeHead();
    this.response.end();
  }

  write(payload: string): boolean {
    return this.#send(this.wrap(payload));
  }

  override writeShared(shared: SharedPayload): boolean {
    return this.#send(shared.encodedBy(this.wrap));
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#end();
    this.response.end();
  }

  /** @internal Node 26 keeps chunks back until the end of the turn. */
  flush(): void {
    if (!this.#isOpen || this.response.writableCorked === 0) return;
    this.response.uncork();
    this.response.cork();
  }

  /** @internal The application has ended the connection. */
  onSocketEnd(): void {
    notifyEnded(this.socket);
  }

  /** @internal */
  onConnectionEnd(isLocal: boolean): void {
    if (!this.#isOpen) return;
    this.#end();
    if (isLocal && !isMeantForAnother(this.socket, this.session)) {
      this.session?._close('server disconnect');
    }
  }

  /** Writes the head of the response, and the bytes before the first message. */
  protected abstract writeHead(): void;

  #send(bytes: Buffer): boolean {
    if (!this.#isOpen || !this.socket.writable) return false;
    if (this.isOverfull(this.response.writableLength)) this.overflow();
    else {
      this.host.counters.send(bytes.length);
      this.response.write(bytes);
    }
    return true;
  }

  /**
   * The request is pipelined behind a response that has not ended. After a stream it would wait
   * without end, and Node may read nothing more of the connection, its end included.
   */
  #limitQueueing(): void {
    const { timers, options } = this.host;
    const onTimeout = (): void => {
      if (this.#isOpen && this.response.socket === null) this.socket.destroy();
    };
    if (options.handshakeTimeout > 0) {
      this.#queueTimer = new Timer({ onTimeout });
      timers.set(this.#queueTimer, options.handshakeTimeout);
    }
  }

  #end(): void {
    this.#isOpen = false;
    if (this.#queueTimer) this.host.timers.clear(this.#queueTimer);
    unobserveConnectionEnd(this);
    linger(this.socket);
    this.onClose();
  }
}
