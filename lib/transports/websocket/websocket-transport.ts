import type { SharedPayload } from '../../session/shared-payload.js';
import { flushBeforeEnd } from '../flush-before-end.js';
import { scheduleFlush } from './flush-scheduler.js';
import { encodeBatch, textOf, type Framing, type Payload } from './frame-writer.js';
import { Transport } from '../transport.js';
import type { Exchange } from '../transport-server.js';

/** What all versions of the WebSocket protocol share: the frames of one turn leave in one write. */
export abstract class SocketTransport extends Transport {
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
    const batchLength = this.#batchLength;
    const { socket } = this;
    this.#clearBatch();
    if (!socket.writable) {
      this.session?._requeue([first, ...(more ?? [])].map(textOf), this);
      return;
    }
    const waiting = socket.writableLength;
    const last = more?.at(-1) ?? first;
    // The last payload does not count: a single one may be larger than the limit.
    if (waiting > 0 && this.isOverfull(waiting + batchLength - textOf(last).length)) {
      this.overflow();
    } else {
      socket.write(encodeBatch(this.framing, first, more), 'latin1');
    }
  }

  close(): void {
    if (!this.isOpen) return;
    this.flush();
    this.isOpen = false;
    this.closeSocket();
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
    if (this.isOverfull(this.#batchLength)) {
      this.#clearBatch();
      this.overflow();
      return true;
    }
    this.#batchLength += length;
    if (this.#first === null) {
      this.#first = payload;
      scheduleFlush(this);
    } else {
      (this.#more ??= []).push(payload);
    }
    return true;
  }

  #clearBatch(): void {
    this.#first = null;
    this.#more = null;
    this.#batchLength = 0;
  }
}
