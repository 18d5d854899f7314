/**
 * Bodies of POST requests: received up to a limit, and the one field of the form.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http';
import { ReceiveBuffer } from '../../../util/receive-buffer.js';

const PERCENT = 0x25;
const AMPERSAND = 0x26;
const PLUS = 0x2b;
const SPACE = 0x20;

/** A form up to this length may be copied to decode it. */
const SMALL_FORM = 16 * 1024;

/** The value of a hexadecimal digit; -1 if it is not one. */
function hexValue(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/**
 * Decodes `+` and percent-encoding once, in place: the body belongs to its request. An escape
 * that is malformed stays as it is, and so does invalid UTF-8, as U+FFFD.
 */
function decodeField(bytes: Buffer): string {
  if (!bytes.includes(PERCENT) && !bytes.includes(PLUS)) return bytes.toString();
  let used = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === PLUS) {
      bytes[used++] = SPACE;
      continue;
    }
    const high = byte === PERCENT ? hexValue(bytes[at + 1]) : -1;
    const low = high < 0 ? -1 : hexValue(bytes[at + 2]);
    if (low < 0) {
      bytes[used++] = byte;
    } else {
      bytes[used++] = high * 16 + low;
      at += 2;
    }
  }
  return bytes.toString('utf8', 0, used);
}

/**
 * The field `data` of a form; undefined if the form has none or several. Overwrites the body.
 *
 * @example dataOf(Buffer.from('data=~m~2~m~hi')) // '~m~2~m~hi'
 */
export function dataOf(body: Buffer): string | undefined {
  return fieldOf(body, 'data=');
}

/**
 * A field of a form; undefined if the form has none or several. Overwrites the body, and takes no
 * more memory than it: `querystring` takes thirty times as much for a body of nothing but `+`.
 *
 * @param name with its `=`
 */
export function fieldOf(body: Buffer, name: string): string | undefined {
  return (body.length <= SMALL_FORM ? onlyField(body, name) : null) ?? findField(body, name);
}

/**
 * The field of a form that has no other one, as all clients send it; null for any other form, and if
 * an escape is malformed. The methods of strings take half the time of those of bytes.
 */
function onlyField(body: Buffer, name: string): string | null {
  const text = body.toString();
  if (!text.startsWith(name) || text.includes('&')) return null;
  const value = text.slice(name.length);
  const hasPlus = value.includes('+');
  if (!hasPlus && !value.includes('%')) return value;
  try {
    return decodeURIComponent(hasPlus ? value.replaceAll('+', ' ') : value);
  } catch {
    return null;
  }
}

function findField(body: Buffer, name: string): string | undefined {
  let data: Buffer | undefined;
  // Field by field: splitting a body of nothing but `&` would make a list of millions.
  for (let start = 0, end; start <= body.length; start = end + 1) {
    end = body.indexOf(AMPERSAND, start);
    if (end < 0) end = body.length;
    const value = start + name.length;
    if (value > end || body.toString('latin1', start, value) !== name) continue;
    if (data !== undefined) return undefined;
    data = body.subarray(value, end);
  }
  return data === undefined ? undefined : decodeField(data);
}

/** Most bytes of a character in UTF-8. */
const LONGEST_CHARACTER = 4;

/** The byte, or the escape of a byte, that ends before `end`: its value, and where it begins. */
function byteBefore(body: Buffer, end: number): readonly [value: number, start: number] {
  if (body[end - 3] === PERCENT) {
    const high = hexValue(body[end - 2]);
    const low = hexValue(body[end - 1]);
    if (high >= 0 && low >= 0) return [high * 16 + low, end - 3];
  }
  return [body[end - 1] ?? 0, end - 1];
}

/**
 * A form without the escape or character that it ends within. It would be decoded as other
 * characters, maybe as many as were sent: then the length of the message does not show that it is
 * cut off.
 *
 * @example withoutCutCharacter(Buffer.from('data=~m~1~m~%E2%8')) // 'data=~m~1~m~'
 */
export function withoutCutCharacter(body: Buffer): Buffer {
  let end = body.length;
  if (body[end - 1] === PERCENT) end -= 1;
  else if (body[end - 2] === PERCENT) end -= 2;
  let at = end;
  for (let count = 0; count < LONGEST_CHARACTER && at > 0; count++) {
    const [value, start] = byteBefore(body, at);
    if (value < 0x80) break;
    at = start;
    if (value < 0xc0) continue;
    const length = value < 0xe0 ? 2 : value < 0xf0 ? 3 : 4;
    return body.subarray(0, count + 1 < length ? start : end);
  }
  return body.subarray(0, end);
}

const NO_BYTES: Buffer = Buffer.alloc(0);

/** A body while it is received. */
export class RequestBody {
  readonly #request: IncomingMessage;
  readonly #mayGrow: (size: number, bytes: number) => boolean;
  readonly #done: (body: Buffer | null) => void;
  #first: Buffer | null = null;
  #more: ReceiveBuffer | null = null;

  /**
   * @param mayGrow called before each chunk: true if a body of `size` bytes may take `bytes` more
   * @param done called once with the body, or with null if it must not grow; not called if the
   *   request is aborted, or after `cancel`
   */
  constructor(
    request: IncomingMessage,
    mayGrow: (size: number, bytes: number) => boolean,
    done: (body: Buffer | null) => void,
  ) {
    this.#request = request;
    this.#mayGrow = mayGrow;
    this.#done = done;
  }

  /** Begins to receive. The body is passed on as a whole, because a chunk may end within a character. */
  receive(): this {
    this.#request.on('data', this.#onData);
    this.#request.on('end', this.#onEnd);
    return this;
  }

  /** Bytes received so far. */
  get size(): number {
    return this.#more?.size ?? this.#first?.length ?? 0;
  }

  /** Drops what has been received, and receives no more. */
  cancel(): void {
    this.#request.off('data', this.#onData).off('end', this.#onEnd);
    this.#first = null;
    this.#more = null;
  }

  readonly #onData = (chunk: Buffer): void => {
    if (!this.#mayGrow(this.size, chunk.length)) {
      this.cancel();
      this.#done(null);
      return;
    }
    if (this.#first === null) {
      this.#first = chunk;
      return;
    }
    if (this.#more === null) (this.#more = new ReceiveBuffer()).add(this.#first);
    this.#more.add(chunk);
  };

  readonly #onEnd = (): void => {
    const body = this.#more?.take() ?? this.#first ?? NO_BYTES;
    // The listeners stay, because removing them takes time: the request emits nothing more.
    this.#first = null;
    this.#more = null;
    this.#done(body);
  };
}
