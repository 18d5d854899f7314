/** Shorter chunks are copied together, because each Buffer costs about a hundred bytes. */
const SMALL = 1024;

/**
 * Collects chunks of bytes. Its memory is proportional to the bytes, however small the chunks are.
 *
 * Otherwise a body sent in chunks of one byte would take a hundred times its size (CVE-2026-48779
 * in ws).
 */
export class ReceiveBuffer {
  #whole: Buffer[] = [];
  #small: Buffer = Buffer.alloc(0);
  #used = 0;
  #size = 0;

  /** Number of bytes collected. */
  get size(): number {
    return this.#size;
  }

  /** Adds a chunk. Large chunks are not copied: the caller must not write to them afterwards. */
  add(chunk: Buffer): void {
    this.#size += chunk.length;
    if (chunk.length < SMALL) {
      this.#copy(chunk);
      return;
    }
    this.#seal();
    this.#whole.push(chunk);
  }

  /** Returns all bytes in one Buffer, and clears the buffer. */
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

  #copy(chunk: Buffer): void {
    const needed = this.#used + chunk.length;
    if (needed > this.#small.length) {
      const grown = Buffer.alloc(Math.max(2 * needed, 256));
      this.#small.copy(grown, 0, 0, this.#used);
      this.#small = grown;
    }
    chunk.copy(this.#small, this.#used);
    this.#used = needed;
  }

  #seal(): void {
    if (this.#used === 0) return;
    this.#whole.push(this.#small.subarray(0, this.#used));
    this.#small = Buffer.alloc(0);
    this.#used = 0;
  }
}
