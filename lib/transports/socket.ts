import type { Broadcast } from '../broadcast.js';
import { flushLater, toBytes, type Framing, type Piece } from './outbox.js';
import { Transport, type Exchange } from './transport.js';

/** What the WebSocket drafts share: whole frames on a socket, those of one turn in one write. */
export abstract class SocketTransport extends Transport {
  protected isOpen = true;
  #pieces: Piece[] | null = null;
  /** What waits for the client, this turn's pieces included; of texts the length, as good as bytes. */
  #gathered = 0;

  constructor(exchange: Exchange) {
    super(exchange);
    // Programs of 0.6 kick by ending the socket, right after they have told the client why.
    const { socket } = this;
    const end = socket.end.bind(socket) as (...last: unknown[]) => typeof socket;
    socket.end = (...last: unknown[]) => {
      if (this.isOpen) this.flush();
      return end(...last);
    };
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
    const pieces = this.#pieces;
    if (!pieces) return;
    this.#pieces = null;
    this.#gathered = 0;
    if (this.socket.writable) this.socket.write(toBytes(this.framing, pieces), 'latin1');
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
    if (!this.#pieces) {
      this.#pieces = [];
      this.#gathered = this.socket.writableLength;
      flushLater(this);
    }
    if (this.isOverfull(this.#gathered)) {
      this.#pieces = null;
      this.overflow();
      return true;
    }
    this.#gathered += piece.length;
    this.#pieces.push(piece);
    return true;
  }
}
