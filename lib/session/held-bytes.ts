/**
 * Bytes that the server holds for a session outside of its queue: request bodies that are being
 * received, and answers to polls that the client has not read. They count against `maxBuffer`,
 * and are released when the session ends.
 *
 * @module
 */

/** Something that holds bytes for a session. */
export interface ByteHolder {
  /** The session has ended: MUST release the bytes, at once or by a timer of its own. */
  onSessionEnd(): void;
}

export class HeldBytes {
  /** The bytes of all holders. */
  size = 0;
  readonly #sizes = new Map<ByteHolder, number>();

  /** Adds bytes to what a holder has. */
  add(holder: ByteHolder, bytes: number): void {
    this.#sizes.set(holder, (this.#sizes.get(holder) ?? 0) + bytes);
    this.size += bytes;
  }

  /** A holder has released its bytes. Idempotent. */
  delete(holder: ByteHolder): void {
    this.size -= this.#sizes.get(holder) ?? 0;
    this.#sizes.delete(holder);
  }

  onSessionEnd(): void {
    const holders = [...this.#sizes.keys()];
    this.#sizes.clear();
    this.size = 0;
    for (const holder of holders) holder.onSessionEnd();
  }
}
