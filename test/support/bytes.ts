import { within } from './wait.js';

/** The stream ended before the expected bytes arrived. */
export class Ended extends Error {
  override readonly name = 'Ended';
}

/** Bytes in order of arrival, for one reader at a time. */
export class Bytes {
  #held: Buffer = Buffer.alloc(0);
  #isEnded = false;
  #wake: (() => void) | null = null;

  push(chunk: Buffer): void {
    this.#held = Buffer.concat([this.#held, chunk]);
    this.#wake?.();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  get length(): number {
    return this.#held.length;
  }

  /** Exactly `count` bytes. */
  read(count: number): Promise<Buffer> {
    return this.#take(`${count} bytes`, (held) => (held.length >= count ? count : -1));
  }

  /** Everything up to and including `mark`. */
  readThrough(mark: string): Promise<Buffer> {
    return this.#take(JSON.stringify(mark), (held) => {
      const at = held.indexOf(mark, 0, 'latin1');
      return at < 0 ? -1 : at + mark.length;
    });
  }

  /** Exactly these bytes. */
  async expect(text: string): Promise<void> {
    const size = Buffer.byteLength(text, 'latin1');
    const got = (await this.read(size)).toString('latin1');
    if (got !== text)
      throw new Error(`Expected ${JSON.stringify(text)}, got ${JSON.stringify(got)}`);
  }

  /** Everything until the end. */
  readRest(): Promise<Buffer> {
    return this.#take('the end', (held) => (this.#isEnded ? held.length : -1));
  }

  async #take(what: string, size: (held: Buffer) => number): Promise<Buffer> {
    if (this.#wake) throw new Error('Another reader is active');
    for (let count = size(this.#held); ; count = size(this.#held)) {
      if (count >= 0) {
        const taken = this.#held.subarray(0, count);
        this.#held = this.#held.subarray(count);
        return taken;
      }
      const state = (): string => `${what}; there is ${JSON.stringify(this.#held.toString())}`;
      if (this.#isEnded) throw new Ended(`The stream ended instead of ${state()}`);
      const more = new Promise<void>((resolve) => (this.#wake = resolve));
      try {
        // oxlint-disable-next-line eslint/no-await-in-loop -- one packet after the other
        await within(more, state);
      } finally {
        this.#wake = null;
      }
    }
  }
}
