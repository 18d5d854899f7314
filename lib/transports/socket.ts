import type { Broadcast } from '../broadcast.js';
import { flushLater, toBytes, type Framing, type Piece } from './outbox.js';
import { Transport } from './transport.js';

/** What the WebSocket drafts share: whole frames on a socket, those of one turn in one write. */
export abstract class SocketTransport extends Transport {
  protected isOpen = true;
  #pieces: Piece[] | null = null;

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
    const { socket } = this;
    if (!socket.writable) return;
    if (this.isOverfull(socket.writableLength)) {
      this.session?._end('queue overflow');
      socket.destroy();
      return;
    }
    socket.write(toBytes(this.framing, pieces));
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
    if (this.#pieces) {
      this.#pieces.push(piece);
    } else {
      this.#pieces = [piece];
      flushLater(this);
    }
    return true;
  }
}
