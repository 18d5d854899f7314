import { POLLING_DEFAULTS, type SessionOptions } from '../../session/timings.js';
import { Timer } from '../../util/timers.js';
import { HttpTransport } from './http-transport.js';
import {
  notifyIfDestroyed,
  unobserveConnectionEnd,
  observeConnectionEnd,
  type ConnectionObserver,
} from './connection-end.js';

/**
 * A GET that is held until there is something to say, or until `duration` is over, and then
 * answered once. The session is away until the next poll.
 */
export abstract class Polling extends HttpTransport implements ConnectionObserver {
  static readonly defaults: Readonly<SessionOptions> = POLLING_DEFAULTS;

  /** @internal */ previousObserver: ConnectionObserver | null = null;
  #isOpen = true;
  readonly #timer: Timer = new Timer(this);

  begin(): void {
    if (this.session) notifyIfDestroyed(this.session.connection);
    this.opened();
    if (!this.#isOpen || !this.session) return;
    observeConnectionEnd(this);
    this.host.timers.set(this.#timer, this.session._timings.duration);
  }

  override get isPoll(): boolean {
    return true;
  }

  write(payload: string): boolean {
    if (!this.#isOpen || !this.socket.writable) return false;
    this.#end();
    this.answer(payload);
    // A client that does not fetch its answer would hold it, and the connection, for good.
    if (this.response.writableLength > 0) this.socket.setTimeout(this.#patience);
    this.onClose();
    return true;
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#end();
    if (this.session?.connected) this.answer('');
    else this.respondClosed();
    this.onClose();
  }

  /** @internal */
  onTimeout(): void {
    this.write('');
  }

  /** @internal The client dropped the poll before it was answered. */
  onConnectionEnd(isLocal: boolean): void {
    if (!this.#isOpen) return;
    this.#end();
    // Browsers would send the poll again on another connection, and never know of the kick.
    if (isLocal) this.session?._end('server disconnect');
    else this.onClose();
  }

  /** Writes the whole response. */
  protected abstract answer(payload: string): void;

  /** Answers the poll of a session that has ended. */
  protected respondClosed(): void {
    this.answer('');
  }

  /** How long nothing at all may be fetched of an answer, in milliseconds. */
  get #patience(): number {
    return this.session?._timings.duration ?? POLLING_DEFAULTS.duration;
  }

  #end(): void {
    this.#isOpen = false;
    this.host.timers.clear(this.#timer);
    unobserveConnectionEnd(this);
  }
}
