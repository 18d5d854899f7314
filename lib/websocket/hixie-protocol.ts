/**
 * WebSocket drafts 75 and 76 (Hixie, 2009–10): handshake and frames, without sockets.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-hixie-thewebsocketprotocol-76
 * @module
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ReceiveBuffer } from '../util/receive-buffer.js';
import { isSafeHeaderValue } from '../util/header.js';
import { readUtf8 } from './utf8.js';

/** Length of the third key, the bytes that follow the head of a draft-76 request. Proxies may withhold them. */
export const KEY3_BYTES = 8;
/** The closing handshake of draft 76. */
export const CLOSING_FRAME: Buffer = Buffer.from([0xff, 0x00]);

const FRAME_START = 0x00;
const FRAME_END = 0xff;
const LARGEST_KEY = 2 ** 32 - 1;

/** The two keys of a draft-76 handshake as numbers. */
export type Keys = readonly [number, number];

/**
 * The number in a key: its digits, divided by its count of spaces.
 *
 * @returns null if the key is invalid: without spaces or digits, with a remainder, or too large.
 */
export function keyNumber(key: string): number | null {
  let digits = '';
  let blanks = 0;
  for (const character of key) {
    if (character >= '0' && character <= '9') digits += character;
    else if (character === ' ') blanks++;
  }
  if (digits === '' || digits.length > 15 || blanks === 0) return null;
  const number = Number(digits) / blanks;
  return Number.isInteger(number) && number <= LARGEST_KEY ? number : null;
}

/** The keys of a draft-76 request; `'75'` for a request without keys, null for a malformed one. */
export function readKeys(request: IncomingMessage): Keys | '75' | null {
  const { 'sec-websocket-key1': key1, 'sec-websocket-key2': key2 } = request.headers;
  if (!echoed(request).every(isSafeHeaderValue)) return null;
  if (key1 === undefined && key2 === undefined) return '75';
  if (typeof key1 !== 'string' || typeof key2 !== 'string') return null;
  const first = keyNumber(key1);
  const second = keyNumber(key2);
  return first === null || second === null ? null : [first, second];
}

/** What the response repeats of the request. */
function echoed({ headers, url = '' }: IncomingMessage): string[] {
  return [headers.origin ?? '', headers.host ?? '', headers['sec-websocket-protocol'] ?? '', url];
}

/** The 16 bytes that prove a server of draft 76: MD5 of both numbers and the third key. */
export function proof([first, second]: Keys, key3: Buffer): Buffer {
  const challenge = Buffer.alloc(8 + KEY3_BYTES);
  challenge.writeUInt32BE(first, 0);
  challenge.writeUInt32BE(second, 4);
  key3.copy(challenge, 8, 0, KEY3_BYTES);
  return createHash('md5').update(challenge).digest();
}

/**
 * The head of the response. Clients compare its first lines byte by byte: "Web Socket" is two
 * words in draft 75 and one in 76, and the order of the headers matters.
 */
export function handshakeHead(
  request: IncomingMessage,
  draft: '75' | '76',
  isSecure: boolean = 'encrypted' in request.socket && request.socket.encrypted === true,
): string {
  const { origin, host, 'sec-websocket-protocol': protocol } = request.headers;
  const scheme = isSecure ? 'wss' : 'ws';
  const prefix = draft === '76' ? 'Sec-' : '';
  const lines = [
    `HTTP/1.1 101 ${draft === '76' ? 'WebSocket' : 'Web Socket'} Protocol Handshake`,
    'Upgrade: WebSocket',
    'Connection: Upgrade',
    `${prefix}WebSocket-Origin: ${origin ?? 'null'}`,
    `${prefix}WebSocket-Location: ${scheme}://${host ?? ''}${request.url ?? ''}`,
  ];
  if (draft === '76' && protocol !== undefined) lines.push(`Sec-WebSocket-Protocol: ${protocol}`);
  return lines.join('\r\n') + '\r\n\r\n';
}

/** Receives what a {@link HixieParser} finds. */
export interface HixieEvents {
  /** @param size the size of the text on the wire, in bytes */
  onText(text: string, size: number): void;
  /** The closing frame has arrived. */
  onClosing(): void;
  onError(kind: 'bad framing' | 'too large'): void;
}

const ParserState = { START: 'start', TEXT: 'text', CLOSING: 'closing', DONE: 'done' } as const;
type ParserState = (typeof ParserState)[keyof typeof ParserState];

/** Parses `00 … FF` frames, from chunks that may be cut anywhere, in linear time. */
export class HixieParser {
  readonly #events: HixieEvents;
  readonly #limit: number;
  #state: ParserState = ParserState.START;
  /** The bytes of an unfinished frame. */
  readonly #held: ReceiveBuffer = new ReceiveBuffer();

  /** @param limit most bytes in one frame; 0: no limit */
  constructor(events: HixieEvents, limit: number) {
    this.#events = events;
    this.#limit = limit;
  }

  feed(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      switch (this.#state) {
        case ParserState.START:
          at = this.#readStart(chunk, at);
          break;
        case ParserState.TEXT:
          at = this.#readText(chunk, at);
          break;
        case ParserState.CLOSING:
          if (chunk[at] === FRAME_START) this.#finish(() => this.#events.onClosing());
          else this.#fail('bad framing');
          break;
        case ParserState.DONE:
          return;
      }
    }
  }

  /** Ignores all further input. */
  stop(): void {
    this.#state = ParserState.DONE;
    this.#held.clear();
  }

  #readStart(chunk: Buffer, at: number): number {
    if (chunk[at] === FRAME_START) this.#state = ParserState.TEXT;
    else if (chunk[at] === FRAME_END) this.#state = ParserState.CLOSING;
    else this.#fail('bad framing');
    return at + 1;
  }

  #readText(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(FRAME_END, at);
    const stop = end < 0 ? chunk.length : end;
    if (this.#limit > 0 && this.#held.size + stop - at > this.#limit) {
      this.#fail('too large');
      return chunk.length;
    }
    if (end < 0) {
      this.#held.add(chunk.subarray(at));
      return chunk.length;
    }
    let bytes = chunk.subarray(at, end);
    if (this.#held.size > 0) {
      this.#held.add(bytes);
      bytes = this.#held.take();
    }
    // Invalid UTF-8 becomes replacement characters, as in 0.6.
    const text = readUtf8(bytes) ?? bytes.toString();
    this.#state = ParserState.START;
    if (text !== '') this.#events.onText(text, bytes.length);
    return end + 1;
  }

  #fail(kind: 'bad framing' | 'too large'): void {
    this.#finish(() => this.#events.onError(kind));
  }

  #finish(report: () => void): void {
    this.stop();
    report();
  }
}
