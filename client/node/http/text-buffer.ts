/**
 * Text that arrives in pieces of any size.
 *
 * @module
 */

/** How many pieces are joined at once. */
const PIECES_PER_JOIN = 1024;

/**
 * Collects pieces of text in linear time and with memory in proportion to the text.
 *
 * `+=` alone would be linear too, but engines then keep an object for every piece: a server that
 * sends single bytes could make a client hold about thirty times what it has sent.
 */
export class TextBuffer {
  #text = '';
  #pieces: string[] = [];
  #byteLength = 0;

  /** The length of the collected text in UTF-8, in bytes. */
  get byteLength(): number {
    return this.#byteLength;
  }

  append(piece: string): void {
    if (piece === '') return;
    this.#byteLength += Buffer.byteLength(piece);
    if (this.#pieces.push(piece) === PIECES_PER_JOIN) this.#join();
  }

  /** Returns the collected text and empties the buffer. */
  take(): string {
    this.#join();
    const text = this.#text;
    this.#text = '';
    this.#byteLength = 0;
    return text;
  }

  #join(): void {
    if (this.#pieces.length === 0) return;
    this.#text += this.#pieces.length === 1 ? this.#pieces[0] : this.#pieces.join('');
    this.#pieces = [];
  }
}
