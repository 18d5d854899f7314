/**
 * Bytes that the server holds for a session outside of its queue: request bodies that are being
 * received, and answers to polls that the client has not read. They count against `maxBuffer`,
 * and are released when the session ends.
 *
 * @module
 */

/** Something that holds bytes for a session. */
export interface ByteHolder {
  /** How many of the bytes wait to be sent to the client; absent: none. */
  readonly unsentBytes?: number;
  /** The session has ended: MUST release the bytes, at once or by a timer of its own. */
  onSessionEnd(): void;
}

export class HeldBytes {
  /** The bytes of all holders. */
  size = 0;
  /** Called when a holder has released its bytes. */
  onRelease: (() => void) | null = null;
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
    this.onRelease?.();
  }

  /** How many of the bytes wait to be sent to the client. */
  get unsent(): number {
    let bytes = 0;
    for (const { unsentBytes = 0 } of this.#sizes.keys()) bytes += unsentBytes;
    return bytes;
  }

  onSessionEnd(): void {
    const holders = [...this.#sizes.keys()];
    this.#sizes.clear();
    this.size = 0;
    for (const holder of holders) holder.onSessionEnd();
  }
}
