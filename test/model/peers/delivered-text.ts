import type { Wire } from './wire.js';

const MARK = /~m~(\d+)~m~/g;

/**
 * The messages on one connection, in order. All transports write payloads as they are, as long as
 * they contain letters and digits only.
 */
export class DeliveredText {
  readonly wire: Wire;
  /** The number of the next message; null before the server has sent it. */
  next: number | null = null;
  #at = 0;

  constructor(wire: Wire) {
    this.wire = wire;
  }

  /**
   * The texts that have arrived since the last call.
   *
   * @yields one text after the other
   */
  *read(): Generator<string> {
    for (;;) {
      MARK.lastIndex = this.#at;
      const mark = MARK.exec(this.wire.text);
      if (!mark) return;
      const start = mark.index + mark[0].length;
      const end = start + Number(mark[1]);
      if (end > this.wire.text.length) return;
      this.#at = end;
      yield this.wire.text.slice(start, end);
    }
  }
}
