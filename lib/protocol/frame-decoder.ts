/**
 * The `~m~` framing in a stream of text whose pieces know nothing of messages.
 *
 * As `frames.ts`, it needs nothing of Node: it runs in browsers and workers too.
 *
 * @module
 */

const MEBI = 1024 * 1024;
/** `~m~LENGTH~m~`, as far as it has come; 15 digits are a safe integer. */
const HEADER = /(?:~(?:m(?:~(?:(\d{1,15})(?:~(?:m(~)?)?)?)?)?)?)?/y;
/** No header is longer. */
const MAX_HEADER = '~m~~m~'.length + 15;

/** Limits of a {@link FrameDecoder}. */
export interface FrameDecoderOptions {
  /** Most UTF-16 code units in one message. 0: no limit. @default 10485760 */
  readonly maxLength?: number;
}

/** The stream is no `~m~` framing, or a message in it is longer than allowed. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
  readonly code: 'ERR_SIO_BAD_FRAME' | 'ERR_SIO_TOO_LARGE';

  constructor(code: FrameError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

function checkLimit(value: unknown): number {
  if (typeof value !== 'number' || Number.isNaN(value)) {
    throw new TypeError(`Expected \`maxLength\` to be a number, got ${typeof value}`);
  }
  if (value < 0) throw new RangeError(`Expected \`maxLength\` to be 0 or more, got ${value}`);
  return value || Infinity;
}

/**
 * Takes the messages out of a stream, wherever its pieces begin and end.
 *
 * Holds no more than one unfinished message; the time taken is linear in the length of the
 * stream. Bytes become text before, by `stream.setEncoding('utf8')` or a `TextDecoder`.
 *
 * @example
 * const decoder = new FrameDecoder({ maxLength: 65536 });
 * decoder.push('~m~5~m~he'); // []
 * decoder.push('llo~m~2~m~hi~m~'); // ['hello', 'hi']
 * decoder.end(); // throws: the stream ends within a message
 */
export class FrameDecoder {
  readonly #maxLength: number;
  #held = '';
  /** With fewer code units than this in hand there is nothing to be found. */
  #wanted = 0;
  #error: FrameError | null = null;

  /**
   * @throws {TypeError} If `maxLength` is no number.
   * @throws {RangeError} If `maxLength` is negative.
   */
  constructor({ maxLength = 10 * MEBI }: FrameDecoderOptions = {}) {
    this.#maxLength = checkLimit(maxLength);
  }

  /**
   * Takes the next piece of the stream.
   *
   * Where the stream breaks the rules, the messages before that are returned, and the next call
   * throws; without such messages, this one does.
   *
   * @returns the texts of the messages that are whole now, in order
   * @throws {FrameError} With the code `ERR_SIO_BAD_FRAME` if this is no framing,
   *   `ERR_SIO_TOO_LARGE` if a message is longer than `maxLength`. The decoder is of no more use.
   */
  push(chunk: string): string[] {
    if (this.#error) throw this.#error;
    this.#held += chunk;
    // Until there is enough, the engine need not join the pieces, as nobody looks into them.
    if (this.#held.length < this.#wanted) return [];
    const texts = this.#take();
    if (this.#error && texts.length === 0) throw this.#error as FrameError;
    return texts;
  }

  /**
   * Tells that the stream is over.
   *
   * @throws {FrameError} If it ends within a message, or has broken the rules before.
   */
  end(): void {
    if (this.#held !== '') {
      this.#error ??= new FrameError('ERR_SIO_BAD_FRAME', 'The stream ends within a message');
    }
    if (this.#error) throw this.#error;
  }

  #take(): string[] {
    const held = this.#held;
    const texts: string[] = [];
    let at = 0;
    this.#wanted = 0;
    while (at < held.length) {
      HEADER.lastIndex = at;
      const [header = '', digits, end] = HEADER.exec(held) ?? [];
      const textAt = at + header.length;
      if (end === undefined) {
        if (textAt < held.length || header.length >= MAX_HEADER) this.#fail(held, at);
        break;
      }
      const length = Number(digits);
      if (length > this.#maxLength) {
        const what = `A message has ${length} code units, more than the ${this.#maxLength} allowed`;
        this.#error = new FrameError('ERR_SIO_TOO_LARGE', what);
        break;
      }
      if (held.length < textAt + length) {
        this.#wanted = textAt + length - at;
        break;
      }
      at = textAt + length;
      texts.push(held.slice(textAt, at));
    }
    this.#held = this.#error ? '' : held.slice(at);
    return texts;
  }

  #fail(held: string, at: number): void {
    const found = JSON.stringify(held.slice(at, at + 20));
    this.#error = new FrameError('ERR_SIO_BAD_FRAME', `Expected \`~m~LENGTH~m~\`, got ${found}`);
  }
}
