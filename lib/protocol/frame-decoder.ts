/**
 * An incremental decoder of the `~m~` framing: for streams whose chunks are not aligned to messages.
 *
 * Like `frames.ts`, it uses nothing of Node, so it runs in browsers and workers too.
 *
 * @module
 */

const MEBI = 1024 * 1024;
/** A prefix of `~m~LENGTH~m~`; 15 digits are a safe integer. */
const HEADER = /(?:~(?:m(?:~(?:(\d{1,15})(?:~(?:m(~)?)?)?)?)?)?)?/y;
/** The longest possible header. */
const MAX_HEADER = '~m~~m~'.length + 15;

/** The options of a {@link FrameDecoder}. */
export interface FrameDecoderOptions {
  /** The maximum length of a message, in the unit of `lengthUnit`. 0: no limit. @default 10485760 */
  readonly maxLength?: number;
  /**
   * What the lengths in the stream count: `utf16` for UTF-16 code units, as the protocol defines,
   * or `utf8` for bytes, as TornadIO and other peers do.
   *
   * @default 'utf16'
   */
  readonly lengthUnit?: 'utf16' | 'utf8';
  /**
   * Whether a stream may end within the text of a message: `end` then returns the rest as a message
   * of its own, as `decode` does for a payload.
   *
   * @default false
   */
  readonly allowShort?: boolean;
}

/** The stream is not `~m~` framing, or contains a message that is too long. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
  readonly code: 'ERR_SIO_BAD_FRAME' | 'ERR_SIO_TOO_LARGE';

  constructor(code: FrameError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** A message whose header is complete. Positions are relative to its start. */
interface OpenMessage {
  /** Where its text begins. */
  readonly textAt: number;
  /** Up to where its text is counted. */
  countedTo: number;
  /** How much of its length is not counted yet. */
  missing: number;
}

function checkLimit(value: unknown): number {
  if (typeof value !== 'number' || Number.isNaN(value)) {
    throw new TypeError(`Expected \`maxLength\` to be a number, got ${typeof value}`);
  }
  if (value < 0) throw new RangeError(`Expected \`maxLength\` to be 0 or more, got ${value}`);
  return value || Infinity;
}

function checkUnit(value: unknown): boolean {
  if (value !== 'utf16' && value !== 'utf8') {
    throw new TypeError(`Expected \`lengthUnit\` to be 'utf16' or 'utf8', got ${String(value)}`);
  }
  return value === 'utf8';
}

function checkFlag(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new TypeError(`Expected \`allowShort\` to be a boolean, got ${typeof value}`);
}

/**
 * Decodes a stream of messages, wherever its chunks begin and end.
 *
 * Holds at most one unfinished message; the time is linear in the length of the stream, for chunks
 * of any size. Bytes must be converted to text first, by `stream.setEncoding('utf8')` or a
 * `TextDecoder`.
 *
 * @example
 * const decoder = new FrameDecoder({ maxLength: 65536 });
 * decoder.push('~m~5~m~he'); // []
 * decoder.push('llo~m~2~m~hi~m~'); // ['hello', 'hi']
 * decoder.end(); // throws: the stream ends within a message
 */
export class FrameDecoder {
  readonly #maxLength: number;
  readonly #countsBytes: boolean;
  readonly #allowsShort: boolean;
  #held = '';
  /** With fewer code units than this held, there is no complete message. */
  #wanted = 0;
  /** The message at the start of `#held`, if its header is complete. */
  #open: OpenMessage | null = null;
  #error: FrameError | null = null;

  /**
   * @throws {TypeError} If an option has the wrong type.
   * @throws {RangeError} If `maxLength` is negative.
   */
  constructor({
    maxLength = 10 * MEBI,
    lengthUnit = 'utf16',
    allowShort = false,
  }: FrameDecoderOptions = {}) {
    this.#maxLength = checkLimit(maxLength);
    this.#countsBytes = checkUnit(lengthUnit);
    this.#allowsShort = checkFlag(allowShort);
  }

  /**
   * Decodes the next chunk of the stream.
   *
   * If the stream is invalid at some point, the messages before it are returned and the next call
   * throws; if there are no such messages, this call throws.
   *
   * @returns the texts of the messages that are complete now, in order
   * @throws {FrameError} With the code `ERR_SIO_BAD_FRAME` if the stream is not `~m~` framing,
   *   `ERR_SIO_TOO_LARGE` if a message is longer than `maxLength`. Later calls throw the same error.
   */
  push(chunk: string): string[] {
    if (this.#error) throw this.#error;
    this.#held += chunk;
    // The engine does not have to join the chunks before there is enough text to look at.
    if (this.#held.length < this.#wanted) return [];
    const texts = this.#take();
    if (this.#error && texts.length === 0) throw this.#error as FrameError;
    return texts;
  }

  /**
   * Ends the stream.
   *
   * @returns with `allowShort`, the text of the unfinished message, if there is one
   * @throws {FrameError} If the stream ends within a message, or was invalid before.
   */
  end(): string[] {
    if (this.#error) throw this.#error;
    const held = this.#held;
    const open = this.#open;
    this.#held = '';
    this.#open = null;
    if (held === '') return [];
    if (open && this.#allowsShort) return [held.slice(open.textAt)];
    this.#error = new FrameError('ERR_SIO_BAD_FRAME', 'The stream ends within a message');
    throw this.#error;
  }

  #take(): string[] {
    const held = this.#held;
    const texts: string[] = [];
    let at = 0;
    this.#wanted = 0;
    while (at < held.length) {
      this.#open ??= this.#readHeader(at);
      const end = this.#open && this.#findEnd(at, this.#open);
      if (end === null) break;
      texts.push(held.slice(at + (this.#open as OpenMessage).textAt, end));
      this.#open = null;
      at = end;
    }
    this.#held = this.#error ? '' : held.slice(at);
    return texts;
  }

  /** Reads the header at `at`; returns null if it is incomplete or invalid. */
  #readHeader(at: number): OpenMessage | null {
    const held = this.#held;
    HEADER.lastIndex = at;
    // It matches at any position, at least the empty text.
    const [header, digits, end] = HEADER.exec(held) as RegExpExecArray;
    const textAt = header.length;
    if (end === undefined) {
      if (at + textAt < held.length || textAt >= MAX_HEADER) this.#fail(at);
      return null;
    }
    const missing = Number(digits);
    if (missing > this.#maxLength) {
      const unit = this.#countsBytes ? 'bytes' : 'code units';
      const what = `A message has ${missing} ${unit}, more than the ${this.#maxLength} allowed`;
      this.#error = new FrameError('ERR_SIO_TOO_LARGE', what);
      return null;
    }
    return { textAt, countedTo: textAt, missing };
  }

  /** Returns the end of the message that begins at `at`, or null if it is incomplete. */
  #findEnd(at: number, message: OpenMessage): number | null {
    if (this.#countsBytes) countBytes(this.#held, at, message);
    else {
      const rest = this.#held.length - at - message.countedTo;
      const counted = Math.min(rest, message.missing);
      message.countedTo += counted;
      message.missing -= counted;
    }
    if (message.missing <= 0) return at + message.countedTo;
    // One code unit has at most three bytes.
    const units = this.#countsBytes ? Math.ceil(message.missing / 3) : message.missing;
    this.#wanted = message.countedTo + units;
    return null;
  }

  #fail(at: number): void {
    const found = JSON.stringify(this.#held.slice(at, at + 20));
    this.#error = new FrameError('ERR_SIO_BAD_FRAME', `Expected \`~m~LENGTH~m~\`, got ${found}`);
  }
}

/** Counts the bytes that the text of a message has in UTF-8, until none is missing. */
function countBytes(held: string, at: number, message: OpenMessage): void {
  for (let i = at + message.countedTo; message.missing > 0 && i < held.length;) {
    const code = held.codePointAt(i) as number;
    const isHalf = code >= 0xd800 && code <= 0xdbff;
    // The other half of a surrogate pair may be in the next chunk.
    if (isHalf && i + 1 === held.length) return;
    i += code > 0xffff ? 2 : 1;
    message.missing -= code < 0x80 ? 1 : code < 0x800 ? 2 : code > 0xffff ? 4 : 3;
    message.countedTo = i - at;
  }
}
