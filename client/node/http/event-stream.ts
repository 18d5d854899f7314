/**
 * The `text/event-stream` format: text in, the data of events out, no I/O.
 *
 * Every code unit is examined once, however the stream is cut into pieces.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 * @module
 */
import { TextBuffer } from './text-buffer.js';

const BYTE_ORDER_MARK = '\ufeff';

/** The position of `found` in `text` at or after `from`; `found` is an earlier result. */
function nextIndex(text: string, character: string, found: number, from: number): number {
  if (found >= from) return found;
  const at = text.indexOf(character, from);
  return at < 0 ? Infinity : at;
}

/**
 * Reads the data of `message` events; other fields, other events and comments are skipped.
 *
 * @example
 * const reader = new EventStreamReader(65536);
 * reader.push('data: a\r'); // []
 * reader.push('\ndata: b\n\n: comment'); // ['a\nb']
 */
export class EventStreamReader {
  readonly #maxLength: number;
  readonly #line: TextBuffer = new TextBuffer();
  #data: string[] = [];
  #dataLength = 0;
  #type = '';
  #isFirstPiece = true;
  /** True after a CR: a LF that follows belongs to the same line end. */
  #skipsLineFeed = false;

  /** @param maxLength most bytes in the data of one event, or in one line; 0: no limit */
  constructor(maxLength: number) {
    this.#maxLength = maxLength || Infinity;
  }

  /** True if a line or an event was longer than allowed; the reader must not be used any more. */
  get hasOverflowed(): boolean {
    return this.#dataLength + this.#line.byteLength > this.#maxLength;
  }

  /**
   * Adds the next piece of the stream.
   *
   * @returns the data of the events that are complete now, in order
   */
  push(text: string): string[] {
    const events: string[] = [];
    let at = 0;
    if (text === '') return events;
    if (this.#isFirstPiece) {
      this.#isFirstPiece = false;
      if (text.startsWith(BYTE_ORDER_MARK)) at = 1;
    }
    if (this.#skipsLineFeed && text.startsWith('\n')) at = 1;
    this.#skipsLineFeed = false;
    let cr = -1;
    let lf = -1;
    while (at < text.length) {
      cr = nextIndex(text, '\r', cr, at);
      lf = nextIndex(text, '\n', lf, at);
      const end = Math.min(cr, lf);
      this.#line.append(end === Infinity ? text.slice(at) : text.slice(at, end));
      if (end === Infinity || this.hasOverflowed) break;
      this.#readLine(this.#line.take(), events);
      if (this.hasOverflowed) break;
      at = end + 1;
      if (end === cr) {
        if (at === text.length) this.#skipsLineFeed = true;
        else if (lf === at) at++;
      }
    }
    return events;
  }

  #readLine(line: string, events: string[]): void {
    if (line === '') {
      this.#endEvent(events);
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? '' : line.slice(colon + 1);
    if (value.startsWith(' ')) value = value.slice(1);
    if (field === 'data') {
      this.#data.push(value);
      this.#dataLength += Buffer.byteLength(value) + 1;
    } else if (field === 'event') {
      this.#type = value;
    }
  }

  #endEvent(events: string[]): void {
    const isMessage = this.#type === '' || this.#type === 'message';
    if (this.#data.length > 0 && isMessage) events.push(this.#data.join('\n'));
    this.#data = [];
    this.#dataLength = 0;
    this.#type = '';
  }
}
