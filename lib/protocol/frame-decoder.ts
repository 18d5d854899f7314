/**
 * An incremental decoder of the `~m~` framing, for streams of text that are cut anywhere.
 *
 * Like `frames.ts`, it uses nothing of Node: it runs in browsers and workers too.
 *
 * @module
 */

const MEBI = 1024 * 1024;
/** As much of `~m~LENGTH~m~` as has arrived. 15 digits always fit a safe integer. */
const HEADER = /(?:~(?:m(?:~(?:(\d{1,15})(?:~(?:m(~)?)?)?)?)?)?)?/y;
/** Length of the longest header. */
const MAX_HEADER = '~m~~m~'.length + 15;

/** Limits of a {@link FrameDecoder}. */
export interface FrameDecoderOptions {
  /** Most UTF-16 code units in one message. 0: no limit. @default 10485760 */
  readonly maxLength?: number;
}

/** The stream is not `~m~` framing, or contains a message longer than `maxLength`. */
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
 * Extracts the messages of a stream, wherever its chunks begin and end.
 *
 * It buffers at most one incomplete message, and takes time linear in the length of the stream.
 * Decode bytes first, by `stream.setEncoding('utf8')` or a `TextDecoder`.
 *
 * @example
 * const decoder = new FrameDecoder({ maxLength: 65536 });
 * decoder.push('~m~5~m~he'); // []
 * decoder.push('llo~m~2~m~hi~m~'); // ['hello', 'hi']
 * decoder.end(); // throws: the stream ended within a message
 */
export class FrameDecoder {
  readonly #maxLength: number;
  #held = '';
  /** With fewer buffered code units than this, there is no complete message. */
  #wanted = 0;
  #error: FrameError | null = null;

  /**
   * @throws {TypeError} If `maxLength` is not a number.
   * @throws {RangeError} If `maxLength` is negative.
   */
  constructor({ maxLength = 10 * MEBI }: FrameDecoderOptions = {}) {
    this.#maxLength = checkLimit(maxLength);
  }

  /**
   * Decodes the next chunk of the stream.
   *
   * If messages precede an error in the stream, they are returned, and the next call throws.
   * Otherwise this call throws.
   *
   * @returns the texts of the messages that this chunk completes, in order
   * @throws {FrameError} With the code `ERR_SIO_BAD_FRAME` if the stream is not `~m~` framing,
   *   `ERR_SIO_TOO_LARGE` if a message is longer than `maxLength`. All later calls throw it too.
   */
  push(chunk: string): string[] {
    if (this.#error) throw this.#error;
    this.#held += chunk;
    // Until there is enough, the string is not read, so that the engine need not join its parts.
    if (this.#held.length < this.#wanted) return [];
    const texts = this.#take();
    if (this.#error && texts.length === 0) throw this.#error as FrameError;
    return texts;
  }

  /**
   * Ends the stream.
   *
   * @throws {FrameError} If the stream ends within a message, or `push` has thrown or would throw.
   */
  end(): void {
    if (this.#held !== '') {
      this.#error ??= new FrameError('ERR_SIO_BAD_FRAME', 'The stream ended within a message');
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
        const what = `A message has ${length} code units, more than the limit of ${this.#maxLength}`;
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
