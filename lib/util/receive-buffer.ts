/** Pieces shorter than this are copied together: each costs about a hundred bytes of its own. */
const SMALL = 1024;

/**
 * Gathers bytes that come in pieces, however many and however small: what it holds is in
 * proportion to the bytes, not to the pieces.
 *
 * A body sent as chunks of one byte would else take a hundred times its size (the attack of
 * CVE-2026-48779 on ws).
 */
export class ReceiveBuffer {
  #whole: Buffer[] = [];
  #small: Buffer = Buffer.alloc(0);
  #used = 0;
  #size = 0;

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  /** Large pieces are kept as they are: the caller must not write to them any more. */
  add(piece: Buffer): void {
    this.#size += piece.length;
    if (piece.length < SMALL) {
      this.#copy(piece);
      return;
    }
    this.#seal();
    this.#whole.push(piece);
  }

  /** All of it in one buffer, and nothing is held any longer. */
  take(): Buffer {
    this.#seal();
    const [first] = this.#whole;
    const bytes =
      this.#whole.length === 1 && first ? first : Buffer.concat(this.#whole, this.#size);
    this.clear();
    return bytes;
  }

  clear(): void {
    this.#whole = [];
    this.#small = Buffer.alloc(0);
    this.#used = 0;
    this.#size = 0;
  }

  #copy(piece: Buffer): void {
    const needed = this.#used + piece.length;
    if (needed > this.#small.length) {
      const grown = Buffer.alloc(Math.max(2 * needed, 256));
      this.#small.copy(grown, 0, 0, this.#used);
      this.#small = grown;
    }
    piece.copy(this.#small, this.#used);
    this.#used = needed;
  }

  #seal(): void {
    if (this.#used === 0) return;
    this.#whole.push(this.#small.subarray(0, this.#used));
    this.#small = Buffer.alloc(0);
    this.#used = 0;
  }
}
