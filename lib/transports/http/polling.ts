import type { ByteHolder } from '../../session/held-bytes.js';
import { POLLING_DEFAULTS, type SessionOptions } from '../../session/timings.js';
import { Timer } from '../../util/timers.js';
import { flushBeforeEnd, isMeantForAnother, type SocketOwner } from '../flush-before-end.js';
import { HttpTransport } from './http-transport.js';
import {
  notifyEnded,
  notifyIfDestroyed,
  observeConnectionEnd,
  unobserveConnectionEnd,
  type ConnectionObserver,
} from './io/connection-end.js';

/** The longest timeout of a socket. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * The owner of all sockets with polls: a response is written at once, so that nothing is to flush. A
 * poll as the owner would be kept by its socket, with its request and response, until the next one.
 */
const POLLS: SocketOwner = { flush: () => undefined, onSocketEnd: notifyEnded };

/**
 * A GET that is held until there is something to send, or until `duration` is over, and then
 * answered once. The session is detached until the next poll.
 */
export abstract class Polling extends HttpTransport implements ConnectionObserver, ByteHolder {
  static readonly defaults: Readonly<SessionOptions> = POLLING_DEFAULTS;

  /** @internal */ previousObserver: ConnectionObserver | null = null;
  /** @internal */ nextObserver: ConnectionObserver | null = null;
  #isOpen = true;
  #responseLength = 0;
  readonly #timer: Timer = new Timer(this);

  begin(): void {
    if (this.session) notifyIfDestroyed(this.session._socket);
    this.opened();
    if (!this.#isOpen || !this.session) return;
    // A poll is silent until the application sends something: `server.timeout` must not end it.
    if (this.socket.timeout) this.socket.setTimeout(0);
    observeConnectionEnd(this);
    flushBeforeEnd(this.socket, POLLS);
    this.host.timers.set(this.#timer, this.session._timing('duration'));
  }

  override get isPoll(): boolean {
    return true;
  }

  /** @internal */
  protected override get countsBytes(): boolean {
    return true;
  }

  /** The first write ends a poll. */
  override get bufferedAmount(): number {
    return 0;
  }

  override get bytesInFlight(): number {
    return this.#responseLength;
  }

  write(payload: string): boolean {
    if (!this.#isOpen || !this.socket.writable) return false;
    this.#end();
    if (this.#leavesUnread(payload)) {
      this.overflow();
      return true;
    }
    this.#responseLength = payload.length;
    const size = this.answer(payload);
    if (payload !== this._noop) {
      this.host.counters.send(typeof size === 'number' ? size : Buffer.byteLength(payload));
    }
    this.#holdUnread();
    this.onClose();
    return true;
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#end();
    if (this.session?.connected) this.answer(this._noop);
    else this.respondClosed();
    this.onClose();
  }

  /** @internal `duration` is over. */
  onTimeout(): void {
    if (this.write(this._noop)) return;
    // The application has ended the connection, and the client does not read what was sent before.
    const { socket } = this;
    this.onConnectionEnd(socket.writableEnded);
    socket.destroy();
  }

  /** @internal The connection has ended before the poll was answered. */
  onConnectionEnd(isLocal: boolean): void {
    if (!this.#isOpen) return;
    this.#end();
    this.onClose();
    // A kick must also end the session: browsers would repeat the poll on another connection.
    if (isLocal && !isMeantForAnother(this.socket, this.session)) {
      this.session?._close('server disconnect');
    }
  }

  /** @internal What the client has not read of the answer. */
  get unsentBytes(): number {
    return this.response.writableLength;
  }

  /** @internal Does nothing: the timeout of the socket ends an answer that is not read. */
  onSessionEnd(): void {}

  /** @internal The payload of a poll that has nothing to send. */
  protected get _noop(): string {
    return '';
  }

  /** Writes the whole response. Returns the size of its body in bytes, if that is known. */
  protected abstract answer(payload: string): unknown;

  /** Answers the poll of a session that has ended. */
  protected respondClosed(): void {
    this.answer(this._noop);
  }

  /** True if the client has left answers unread, and this answer would exceed `maxBuffer`. */
  #leavesUnread(payload: string): boolean {
    const unread = this.session?._heldSize ?? 0;
    return unread > 0 && this.isOverfull(unread + Buffer.byteLength(payload));
  }

  /** Limits how long an unread answer is kept. Otherwise it would be kept forever. */
  #holdUnread(): void {
    const { session, response, socket } = this;
    const unread = response.writableLength;
    if (unread === 0 || !session) return;
    const duration = session._timing('duration') || POLLING_DEFAULTS.duration;
    socket.setTimeout(Math.min(duration, LONGEST_TIMEOUT_MS));
    session._heldBytes.add(this, unread);
    response.once('close', () => session._heldBytes.delete(this));
  }

  #end(): void {
    this.#isOpen = false;
    this.host.timers.clear(this.#timer);
    unobserveConnectionEnd(this);
  }
}
