import type { SharedPayload } from '../../session/shared-payload.js';
import { linger } from '../../util/linger.js';
import { flushBeforeEnd, type SocketOwner } from '../flush-before-end.js';
import { scheduleFlush } from './flush-scheduler.js';
import { encodeBatch, textOf, type Framing, type Payload } from './frame-writer.js';
import { Transport } from '../transport.js';
import type { Exchange } from '../transport-server.js';

/** A batch of this length, in UTF-16 code units, is written at once: it gains nothing by waiting. */
const LONGEST_BATCH = 65_536;

/**
 * The common part of all versions of the WebSocket protocol: the frames of one turn are written
 * together.
 *
 * `maxBuffer` limits what waits in the socket, in bytes. The batch counts little: it is written when
 * it is long.
 */
export abstract class SocketTransport extends Transport implements SocketOwner {
  protected isOpen = true;
  /** What this turn has sent. It is mostly one payload: the list is made for the second. */
  #first: Payload | null = null;
  #more: Payload[] | null = null;
  /** Length of all of it in UTF-16 code units. */
  #batchLength = 0;

  constructor(exchange: Exchange) {
    super(exchange);
    flushBeforeEnd(this.socket, this);
  }

  protected abstract readonly framing: Framing;

  /** @internal */
  protected override get countsBytes(): boolean {
    return true;
  }

  override get bufferedAmount(): number {
    return this.socket.writableLength + this.#batchLength;
  }

  override onDrain(callback: (isSent: boolean) => void): void {
    this.flush();
    super.onDrain(callback);
  }

  write(payload: string): boolean {
    return this.#push(payload, payload.length);
  }

  override writeShared(broadcast: SharedPayload): boolean {
    return this.#push(broadcast, broadcast.payload.length);
  }

  /** @internal Writes what this turn has sent so far. */
  flush(): void {
    const first = this.#first;
    if (first === null) return;
    const more = this.#more;
    const { socket } = this;
    this.#clearBatch();
    if (!socket.writable) {
      this.session?._requeue([first, ...(more ?? [])].map(textOf), this);
      return;
    }
    const bytes = encodeBatch(this.framing, first, more);
    if (this.#isBacklogged(socket.writableLength, bytes.length, more?.at(-1) ?? first)) {
      this.overflow();
    } else {
      this.host.counters.send(bytes.length, more === null ? 1 : more.length + 1);
      socket.write(bytes, 'latin1');
    }
  }

  close(): void {
    if (!this.isOpen) return;
    this.flush();
    this.isOpen = false;
    this.closeSocket();
    this.onClose();
  }

  /** @internal The socket has been ended: by the peer, by the application, or by `closeSocket`. */
  onSocketEnd(): void {
    linger(this.socket);
    if (this.socket.readableEnded) this.onSocketClose();
  }

  /** The connection has broken, or the peer has ended it. */
  protected onSocketClose(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.onClose();
  }

  /** Starts the closing handshake of the protocol version. */
  protected abstract closeSocket(): void;

  /**
   * Does not touch the socket, which would be a cache miss per session: a broadcast to 5,000 takes
   * 3 % less.
   */
  #push(payload: Payload, length: number): boolean {
    if (!this.isOpen) return false;
    this.#batchLength += length;
    if (this.#first === null) {
      this.#first = payload;
      scheduleFlush(this);
    } else {
      (this.#more ??= []).push(payload);
    }
    const isLong = this.#batchLength > LONGEST_BATCH || this.isOverfull(this.#batchLength);
    if (isLong) this.flush();
    return true;
  }

  /**
   * True if more than `maxBuffer` waits. The last payload does not count: a single one may be larger
   * than the limit.
   */
  #isBacklogged(waiting: number, bytes: number, last: Payload): boolean {
    return waiting > 0 && this.isOverfull(waiting + bytes - Buffer.byteLength(textOf(last)));
  }

  #clearBatch(): void {
    this.#first = null;
    this.#more = null;
    this.#batchLength = 0;
  }
}
