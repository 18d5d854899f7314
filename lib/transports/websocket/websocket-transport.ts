import type { SharedPayload } from '../../session/shared-payload.js';
import { flushBeforeEnd } from '../flush-before-end.js';
import { scheduleFlush, textOf, toBytes, type Framing, type Piece } from './write-batch.js';
import { Transport, type Exchange } from '../transport.js';

/** What the WebSocket drafts share: whole frames on a socket, those of one turn in one write. */
export abstract class SocketTransport extends Transport {
  protected isOpen = true;
  /** What this turn has sent: mostly one piece, so that a list is made for the second. */
  #first: Piece | null = null;
  #more: Piece[] | null = null;
  /** Its length; of texts that is as good as bytes. */
  #gathered = 0;

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

  /** @internal Writes what this turn has gathered. */
  flush(): void {
    const first = this.#first;
    if (first === null) return;
    const more = this.#more;
    const gathered = this.#gathered;
    const { socket } = this;
    this.#forget();
    if (!socket.writable) {
      this.session?._requeue([first, ...(more ?? [])].map(textOf), this);
      return;
    }
    const waiting = socket.writableLength;
    const last = more?.at(-1) ?? first;
    // What came last may be as long as it likes.
    if (waiting > 0 && this.isOverfull(waiting + gathered - textOf(last).length)) this.overflow();
    else socket.write(toBytes(this.framing, first, more), 'latin1');
  }

  close(): void {
    if (!this.isOpen) return;
    this.flush();
    this.isOpen = false;
    this.closeSocket();
    this.gone();
  }

  /** Ends the connection as its draft does it. */
  protected abstract closeSocket(): void;

  /** Leaves the socket alone, which is far from here in memory: a broadcast to 5,000 takes 3 % less. */
  #push(piece: Piece, length: number): boolean {
    if (!this.isOpen) return false;
    if (this.isOverfull(this.#gathered)) {
      this.#forget();
      this.overflow();
      return true;
    }
    this.#gathered += length;
    if (this.#first === null) {
      this.#first = piece;
      scheduleFlush(this);
    } else {
      (this.#more ??= []).push(piece);
    }
    return true;
  }

  #forget(): void {
    this.#first = null;
    this.#more = null;
    this.#gathered = 0;
  }
}
