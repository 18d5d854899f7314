import type { Broadcast } from '../broadcast.js';
import { flushBeforeEnd } from './flush-before-end.js';
import { flushLater, toBytes, type Framing, type Piece } from './outbox.js';
import { Transport, type Exchange } from './transport.js';

/** What the WebSocket drafts share: whole frames on a socket, those of one turn in one write. */
export abstract class SocketTransport extends Transport {
  protected isOpen = true;
  /** What this turn has sent: mostly one piece, so that a list is made for the second. */
  #first: Piece | null = null;
  #more: Piece[] | null = null;
  /** What waits for the client, this turn's pieces included; of texts the length, as good as bytes. */
  #gathered = 0;

  constructor(exchange: Exchange) {
    super(exchange);
    flushBeforeEnd(this.socket, this);
  }

  protected abstract readonly framing: Framing;
  /** A payload as one frame; pure, and the same for every client. */
  protected abstract readonly wrap: (payload: string) => Buffer;

  write(payload: string): boolean {
    return this.#push(payload);
  }

  override writeShared(broadcast: Broadcast): boolean {
    return this.#push(broadcast.as(this.wrap));
  }

  /** @internal Writes what this turn has gathered. */
  flush(): void {
    const first = this.#first;
    if (first === null) return;
    const bytes = toBytes(this.framing, first, this.#more);
    this.#forget();
    if (this.socket.writable) this.socket.write(bytes, 'latin1');
  }

  close(): void {
    if (!this.isOpen) return;
    this.flush();
    this.isOpen = false;
    this.hangUp();
    this.gone();
  }

  /** Ends the connection as its draft does it. */
  protected abstract hangUp(): void;

  #push(piece: Piece): boolean {
    if (!this.isOpen || !this.socket.writable) return false;
    const isFirst = this.#first === null;
    if (isFirst) this.#gathered = this.socket.writableLength;
    if (this.isOverfull(this.#gathered)) {
      this.#forget();
      this.overflow();
      return true;
    }
    this.#gathered += piece.length;
    if (isFirst) {
      this.#first = piece;
      flushLater(this);
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
